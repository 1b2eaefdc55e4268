// The server would never call it.
#include <mincoap/mincoap.hpp>

struct log {
    void count(mincoap::outcome, std::uint32_t) {}
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, log{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
