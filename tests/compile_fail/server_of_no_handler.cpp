// A resource that is at no path.
#include <mincoap/mincoap.hpp>

constexpr auto resource = mincoap::text("A");

int main() {
    mincoap::net::null_socket socket;
    mincoap::server server{socket, resource, mincoap::unguarded{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
