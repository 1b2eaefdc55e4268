#include <mincoap/mincoap.hpp>

struct explaining {
    template <typename Handler>
    static void explain(mincoap::reply&, const mincoap::request&, const Handler&) {}
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, mincoap::problem_details{}, explaining{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
