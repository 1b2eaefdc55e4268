// There is nothing to hand to it.
#include <mincoap/mincoap.hpp>

mincoap::reply read(const mincoap::request&, std::string_view) { return mincoap::code::content; }

constexpr auto site = mincoap::routes(mincoap::at<"lamps/one">(mincoap::get(read)));
