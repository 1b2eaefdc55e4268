// It would not see what the guard makes of the answer.
#include <mincoap/mincoap.hpp>

static void print(const mincoap::access&) {}

static constexpr mincoap::security::key key{1, 2, 3, 4};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::echo_guard{key}, mincoap::access_log{print}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
