// It would never see what it noted.
#include <mincoap/mincoap.hpp>

struct tracing {
    struct seen {
        bool any = false;
    };
    static void option(seen& noted, const mincoap::message::option_view&) { noted.any = true; }
    static std::size_t receive(mincoap::exchange& x, auto next) { return next(x); }
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, tracing{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
