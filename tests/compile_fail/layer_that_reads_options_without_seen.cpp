// Its notes would stay from one message to the next.
#include <mincoap/mincoap.hpp>

struct tracing {
    static std::size_t receive(mincoap::exchange& x, auto next) { return next(x); }
    void option(const mincoap::message::option_view& o) { number = o.number; }

    mincoap::option number{};
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, tracing{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
