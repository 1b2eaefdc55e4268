// The server would never see the size of the datagram.
#include <mincoap/mincoap.hpp>

struct radio {
    mincoap::net::status receive(mincoap::mutable_bytes, mincoap::net::arrival) {
        return mincoap::net::status::would_block;
    }
    mincoap::net::status send(mincoap::bytes, const mincoap::net::route&) { return mincoap::net::status::done; }
};

int main() {
    radio socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
