#include <mincoap/mincoap.hpp>

struct echoing {
    template <typename Guard>
    static std::size_t add_echo(mincoap::exchange&, std::size_t size, Guard&) {
        return size;
    }
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::echo_guard{{1, 2}}, mincoap::preemptive_echo{}, echoing{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
