// It does not say where.
#include <mincoap/mincoap.hpp>

constexpr auto site = mincoap::routes(mincoap::at<"a">(mincoap::text("A")), mincoap::text("B"));
