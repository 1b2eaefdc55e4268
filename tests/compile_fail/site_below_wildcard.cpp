// The paths of the inner site would begin with the wildcard's segment, and not after it.
#include <mincoap/mincoap.hpp>

constexpr auto lamp = mincoap::routes(mincoap::at<"name">(mincoap::text("a lamp")));

constexpr auto site = mincoap::routes(mincoap::below<"lamps/*">(lamp));
