// The server stores a temporary, so it has to move it.
#include <mincoap/mincoap.hpp>

struct pinned {
    pinned() = default;
    pinned(const pinned&) = delete;
    void count(mincoap::outcome) {}
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, pinned{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
