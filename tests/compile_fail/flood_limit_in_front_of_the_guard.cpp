// No address would be confirmed yet, so the server would limit every client.
#include <mincoap/mincoap.hpp>

static constexpr mincoap::security::key key{1, 2, 3, 4};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::flood_limit<20, 100>{}, mincoap::echo_guard{key}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
