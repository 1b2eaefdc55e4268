// Its type says how large its own memory is.
#include <mincoap/mincoap.hpp>

static constexpr mincoap::security::key key{1, 2, 3, 4};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server<mincoap::net::null_socket, mincoap::null_handler, mincoap::server_memory<21>, mincoap::echo_guard<>>
        server{socket, handler, mincoap::echo_guard{key}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
