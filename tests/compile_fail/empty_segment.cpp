#include <mincoap/mincoap.hpp>

constexpr auto site = mincoap::routes(mincoap::at<"a//b">(mincoap::text("Hello")));
