// Its functions receive and send change a socket.
#include <mincoap/mincoap.hpp>

int main() {
    const mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
