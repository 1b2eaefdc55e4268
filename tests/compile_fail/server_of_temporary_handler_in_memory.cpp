#include <mincoap/mincoap.hpp>

int main() {
    mincoap::net::null_socket socket;
    mincoap::server_memory<64> memory;
    mincoap::server server{socket, mincoap::null_handler{}, memory};
}
