// Both layers declare that a server may have only one of them.
#include <mincoap/mincoap.hpp>

struct quiet {
    using once = struct loudness;
    static mincoap::reply serve(mincoap::exchange&, const mincoap::request& r, auto next) { return next(r); }
};
struct loud {
    using once = struct loudness;
    static mincoap::reply serve(mincoap::exchange&, const mincoap::request& r, auto next) { return next(r); }
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, quiet{}, loud{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
