#include <mincoap/mincoap.hpp>

mincoap::reply answer() {
    const mincoap::byte data[]{0x81, 0x01};
    return mincoap::content<mincoap::content_format::cbor>(data);
}
