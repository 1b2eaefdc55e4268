#include <mincoap/mincoap.hpp>

mincoap::reply answer() {
    return {mincoap::code::content, mincoap::content_format::cbor, std::array<mincoap::byte, 2>{0x81, 0x01}};
}
