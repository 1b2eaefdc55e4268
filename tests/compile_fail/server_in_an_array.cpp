#include <mincoap/mincoap.hpp>

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    static mincoap::byte memory[512];
    mincoap::server server{socket, handler, memory, mincoap::unguarded{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
