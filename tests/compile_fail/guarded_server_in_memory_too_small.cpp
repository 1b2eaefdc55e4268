// It has room for a header and a token, and none for the Echo option of a challenge.
#include <mincoap/mincoap.hpp>

static constexpr mincoap::security::key key{1, 2, 3, 4};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    static mincoap::server_memory<21> memory;
    mincoap::server server{socket, handler, memory, mincoap::echo_guard{key}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
