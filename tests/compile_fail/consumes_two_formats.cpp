// The last format would replace the first one.
#include <mincoap/mincoap.hpp>

mincoap::reply write();

constexpr auto site = mincoap::routes(mincoap::at<"a">(
    mincoap::put(write).consumes<mincoap::content_format::cbor>().consumes<mincoap::content_format::json>()));
