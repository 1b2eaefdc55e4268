// The server would never call it.
#include <mincoap/mincoap.hpp>

struct waiting {
    static std::size_t receive(mincoap::exchange& x, auto next) { return next(x); }
    static bool awaits(const char* name) { return name != nullptr; }
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, waiting{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
