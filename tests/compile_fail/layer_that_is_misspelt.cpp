// The server would never call it.
#include <mincoap/mincoap.hpp>

struct trace {
    static std::size_t recieve(mincoap::exchange& x, auto next) { return next(x); }
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, trace{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
