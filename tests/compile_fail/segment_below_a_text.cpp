// The rest of the path is in request::segments.
#include <mincoap/mincoap.hpp>

mincoap::reply read(const mincoap::request&, std::string_view) { return mincoap::code::content; }

constexpr auto site = mincoap::routes(mincoap::below<"lamps">(mincoap::get(read)));
