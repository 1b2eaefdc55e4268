#include <mincoap/mincoap.hpp>

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::counters counted;
    mincoap::server server{socket, handler, mincoap::unguarded{}, &counted};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
