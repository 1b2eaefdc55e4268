// Its serve has another shape than the server calls, which cannot be found out of a final class.
#include <mincoap/mincoap.hpp>

struct checks final {
    std::size_t receive(mincoap::exchange& x, auto next) { return next(x); }
    mincoap::reply serve(const mincoap::request& r, auto next) { return next(r); }
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, checks{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
