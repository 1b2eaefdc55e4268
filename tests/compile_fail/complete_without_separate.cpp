// No request waits for a response.
#include <mincoap/mincoap.hpp>

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}};
    server.complete(mincoap::ticket{}, mincoap::code::content);
}
