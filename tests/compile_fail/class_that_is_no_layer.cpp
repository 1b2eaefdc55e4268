// The server would never call it.
#include <mincoap/mincoap.hpp>

struct meter {
    std::uint32_t level = 0;
    void measure() {}
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, meter{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
