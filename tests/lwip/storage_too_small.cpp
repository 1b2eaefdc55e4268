#include <mincoap/lwip/udp_socket.hpp>

mincoap::net::arrival in;
std::array<mincoap::byte, 21> storage;

mincoap::net::status serve(mincoap::lwip::udp_socket& socket) {
    return socket.serve(storage, in, [](mincoap::mutable_bytes) { return std::size_t{0}; });
}
