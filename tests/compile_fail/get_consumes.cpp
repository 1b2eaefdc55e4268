// The author means the format of the response.
#include <mincoap/mincoap.hpp>

mincoap::reply read();

constexpr auto site = mincoap::routes(mincoap::at<"a">(mincoap::get(read).consumes<mincoap::content_format::cbor>()));
