#include <mincoap/mincoap.hpp>

struct radio {
    std::size_t receive(mincoap::mutable_bytes, mincoap::net::arrival&) { return 0; }
    mincoap::net::status send(mincoap::bytes, const mincoap::net::route&) { return {}; }
};

int main() {
    radio socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
