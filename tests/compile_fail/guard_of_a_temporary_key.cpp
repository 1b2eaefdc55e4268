// The guard would refer to a key that is gone.
#include <mincoap/mincoap.hpp>

static mincoap::security::key random_key() { return {1, 2, 3, 4}; }

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::echo_guard{random_key()}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
