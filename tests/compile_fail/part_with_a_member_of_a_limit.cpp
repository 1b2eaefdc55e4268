// There was no limit at all.
#include <mincoap/mincoap.hpp>

struct radio_state : mincoap::hooks {
    bool has_token = false;
    void on_outcome(mincoap::outcome) {}
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, mincoap::flood_limit<1, 2>{}, radio_state{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
