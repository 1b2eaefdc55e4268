// The server would call no other function of this layer either.
#include <mincoap/mincoap.hpp>

struct log {
    void on_count(mincoap::outcome) {}
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, log{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
