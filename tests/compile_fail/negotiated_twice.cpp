#include <mincoap/mincoap.hpp>

constexpr auto site =
    mincoap::routes(mincoap::at<"a">(mincoap::negotiated(mincoap::text("one"), mincoap::text("other"))));
