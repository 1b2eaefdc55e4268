// Opening a socket gives it or an error.
#include <expected>

#include <mincoap/mincoap.hpp>

int main() {
    std::expected<mincoap::net::null_socket, int> socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
