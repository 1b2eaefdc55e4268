#include <mincoap/mincoap.hpp>

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, mincoap::leisure<64>{1}, mincoap::leisure<32>{1}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
