// The layer would not know which addresses are confirmed.
#include <mincoap/mincoap.hpp>

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::separate<2> kept;
    mincoap::server server{socket, handler, kept, mincoap::unguarded{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
