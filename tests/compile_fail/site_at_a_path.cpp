// Nothing in it would ever be found.
#include <mincoap/mincoap.hpp>

constexpr auto inner = mincoap::routes(mincoap::at<"a">(mincoap::text("A")));
constexpr auto site = mincoap::routes(mincoap::at<"in">(inner));
