// The server asks while it is constant.
#include <mincoap/mincoap.hpp>

struct beacon {
    static std::size_t emit(mincoap::exchange& x, auto next) { return next.emit(x); }
    bool is_idle() { return asked++ != 0; }
    static std::uint32_t idle_ms(std::uint32_t, const auto&) { return 1000; }

    unsigned asked = 0;
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, beacon{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
