#include <mincoap/mincoap.hpp>

mincoap::reply answer() {
    std::array<mincoap::byte, 2> data{0x81, 0x01};
    return mincoap::content<mincoap::content_format::cbor>(data);
}
