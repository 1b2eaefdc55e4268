#include <mincoap/mincoap.hpp>

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::server_memory<512>{}, mincoap::unguarded{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
