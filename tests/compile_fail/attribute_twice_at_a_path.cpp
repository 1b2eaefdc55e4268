// All resources at a path share one link.
#include <mincoap/mincoap.hpp>

constexpr auto yes = [] { return mincoap::code::valid; };
constexpr auto site = mincoap::routes(mincoap::at<"a">(mincoap::get(yes)).title("Read"),
                                      mincoap::at<"a">(mincoap::put(yes)).title("Write"), mincoap::well_known_core);
