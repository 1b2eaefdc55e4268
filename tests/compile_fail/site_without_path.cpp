#include <mincoap/mincoap.hpp>

constexpr auto site = mincoap::routes(mincoap::routes(mincoap::at<"a">(mincoap::text("A"))));
