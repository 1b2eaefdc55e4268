// It would not see what the guard makes of the answer.
#include <mincoap/mincoap.hpp>

static void print(const mincoap::access&) {}

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::echo_guard{{1, 2}}, mincoap::access_log{print}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
