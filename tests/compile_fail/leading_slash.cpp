#include <mincoap/mincoap.hpp>

constexpr auto site = mincoap::routes(mincoap::at<"/hello">(mincoap::text("Hello")));
