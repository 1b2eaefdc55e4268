// The layer would not know which addresses are confirmed.
#include <mincoap/mincoap.hpp>

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::observers<2> observing;
    mincoap::server server{socket, handler, observing, mincoap::unguarded{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
