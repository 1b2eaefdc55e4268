// Which of the two is meant?
#include <mincoap/mincoap.hpp>

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, mincoap::flood_limit<1, 2>{},
                           mincoap::flood_limit<3, 4>{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
