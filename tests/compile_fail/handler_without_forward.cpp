// A bare handler at a path looks like the function of a method, and checks nothing of what a method has checked.
#include <mincoap/mincoap.hpp>

constexpr auto site = mincoap::routes(
    mincoap::below<"any">([](const mincoap::request&) -> mincoap::reply { return mincoap::code::valid; }));
