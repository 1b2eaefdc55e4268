// The server would not know what to send.
#include <mincoap/mincoap.hpp>

struct beacon {
    static void emit(mincoap::exchange&, auto) {}
    static std::uint32_t idle_ms(std::uint32_t, const auto&) { return 1000; }
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, beacon{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
