#include <mincoap/mincoap.hpp>

int main() {
    const mincoap::null_handler handler;
    mincoap::server server{mincoap::net::null_socket{}, handler, mincoap::unguarded{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
