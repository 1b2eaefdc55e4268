#include <mincoap/mincoap.hpp>

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server<mincoap::net::null_socket, mincoap::null_handler, mincoap::profile<mincoap::unguarded>,
                    std::array<mincoap::byte, 8>>
        server{socket, handler, mincoap::unguarded{}};
    server.poll(0);
}
