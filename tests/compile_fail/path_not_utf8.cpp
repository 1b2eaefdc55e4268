#include <mincoap/mincoap.hpp>

constexpr auto site = mincoap::routes(mincoap::at<"a/\xff">(mincoap::text("Hello")));
