// The size of the answer would become 1.
#include <mincoap/mincoap.hpp>

struct trace {
    static bool receive(mincoap::exchange& x, auto next) { return next(x) != 0; }
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, trace{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
