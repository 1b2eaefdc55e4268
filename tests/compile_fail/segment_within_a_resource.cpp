// Whatever is around the function.
#include <mincoap/mincoap.hpp>

mincoap::reply read(const mincoap::request&, std::string_view) { return mincoap::code::content; }

std::optional lamp{mincoap::get(read)};

constexpr auto site = mincoap::routes(mincoap::at<"a**">(mincoap::optional(lamp)));
