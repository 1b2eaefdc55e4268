// It could not hand the message on.
#include <mincoap/mincoap.hpp>

struct trace {
    static std::size_t receive(mincoap::exchange& x) { return x.size; }
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, trace{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
