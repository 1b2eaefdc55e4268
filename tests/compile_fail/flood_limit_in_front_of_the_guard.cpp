// No address would be confirmed yet: everybody would be limited.
#include <mincoap/mincoap.hpp>

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::flood_limit<20, 100>{}, mincoap::echo_guard{{1, 2}}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
