// A function becomes a resource by get, put and so on.
#include <mincoap/mincoap.hpp>

mincoap::reply read();

constexpr auto site = mincoap::routes(mincoap::at<"a">(mincoap::negotiated(read, mincoap::text("a"))));
