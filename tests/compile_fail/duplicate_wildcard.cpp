// Two resources at the same path with a wildcard. It does not matter that only one of them takes the segment.
#include <mincoap/mincoap.hpp>

mincoap::reply read(const mincoap::request&, std::string_view) { return mincoap::code::content; }

constexpr auto site = mincoap::routes(mincoap::at<"lamps/*/name">(mincoap::get(read)),
                                      mincoap::at<"lamps/*/name">(mincoap::text("a lamp")));
