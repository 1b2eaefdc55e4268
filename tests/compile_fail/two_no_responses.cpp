#include <mincoap/mincoap.hpp>

struct quiet {
    static unsigned unwanted_classes(const mincoap::request&) { return 2; }
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, mincoap::no_response{}, quiet{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
