// Also where it is one of several.
#include <mincoap/mincoap.hpp>

static bool on = false;

constexpr auto lamp = mincoap::routes(mincoap::at<"name">(mincoap::text("a lamp")));

constexpr auto site = mincoap::routes(mincoap::below<"lamps/*">(mincoap::negotiated(mincoap::value(on), lamp)));
