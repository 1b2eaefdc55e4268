#include <mincoap/mincoap.hpp>

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    static constexpr mincoap::server_memory<512> memory;
    mincoap::server server{socket, handler, memory, mincoap::unguarded{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
