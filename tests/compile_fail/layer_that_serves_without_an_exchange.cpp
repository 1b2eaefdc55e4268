// The server would never call it.
#include <mincoap/mincoap.hpp>

struct trace {
    static mincoap::reply serve(const mincoap::request& r, auto next) { return next(r); }
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, trace{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
