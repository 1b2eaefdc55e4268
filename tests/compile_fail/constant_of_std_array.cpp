#include <mincoap/mincoap.hpp>

auto site() {
    std::array<mincoap::byte, 2> data{0x81, 0x01};
    return mincoap::routes(mincoap::at<"a">(mincoap::constant<mincoap::content_format::cbor>{data}));
}
