// A bare handler at a path looks like the function of a method, but has none of a method's checks.
#include <mincoap/mincoap.hpp>

constexpr auto site = mincoap::routes(
    mincoap::below<"any">([](const mincoap::request&) -> mincoap::reply { return mincoap::code::valid; }));
