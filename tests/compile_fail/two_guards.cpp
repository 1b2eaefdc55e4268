#include <mincoap/mincoap.hpp>

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::echo_guard{{1, 2}},
                           mincoap::echo_guard<mincoap::trusts_loopback>{{1, 2}}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
