// The server would never ask it.
#include <mincoap/mincoap.hpp>

struct names {
    static bool is_misdireted(const mincoap::request&) { return true; }
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, names{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
