// Its paths would begin with what the wildcard took, and not where it stands.
#include <mincoap/mincoap.hpp>

constexpr auto lamp = mincoap::routes(mincoap::at<"name">(mincoap::text("a lamp")));

constexpr auto site = mincoap::routes(mincoap::below<"lamps/*">(lamp));
