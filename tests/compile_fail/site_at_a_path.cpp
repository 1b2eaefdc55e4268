// No request would ever reach the resources of the inner site.
#include <mincoap/mincoap.hpp>

constexpr auto inner = mincoap::routes(mincoap::at<"a">(mincoap::text("A")));
constexpr auto site = mincoap::routes(mincoap::at<"in">(inner));
