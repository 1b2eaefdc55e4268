#include <mincoap/mincoap.hpp>

int main() {
    mincoap::net::null_socket socket;
    std::array<mincoap::byte, 64> memory{};
    mincoap::server server{socket, mincoap::null_handler{}, mincoap::mutable_bytes{memory}};
}
