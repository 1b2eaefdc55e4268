// Which of the two is meant?
#include <mincoap/mincoap.hpp>

static constexpr mincoap::security::key key{1, 2, 3, 4};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, mincoap::echo_guard{key}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
