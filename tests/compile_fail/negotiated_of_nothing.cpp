// There is nothing to choose from.
#include <mincoap/mincoap.hpp>

constexpr auto site = mincoap::routes(mincoap::at<"a">(mincoap::negotiated()));
