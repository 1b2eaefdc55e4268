// The server would never tell it.
#include <mincoap/mincoap.hpp>

struct log : mincoap::hooks {
    void on_outcom(mincoap::outcome) {}
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, log{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
