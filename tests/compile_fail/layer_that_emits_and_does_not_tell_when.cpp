// The caller of poll would not know for how long to sleep.
#include <mincoap/mincoap.hpp>

struct beacon {
    static std::size_t emit(mincoap::exchange& x, auto next) { return next.emit(x); }
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, beacon{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
