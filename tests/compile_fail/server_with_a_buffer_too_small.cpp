// Its type says how large its own buffer is.
#include <mincoap/mincoap.hpp>

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server<mincoap::net::null_socket, mincoap::null_handler, std::array<mincoap::byte, 11>, mincoap::unguarded>
        server{socket, handler, mincoap::unguarded{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
