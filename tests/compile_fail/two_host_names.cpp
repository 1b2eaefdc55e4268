// The second would refuse the names of the first.
#include <mincoap/mincoap.hpp>

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::unguarded{}, mincoap::host_names<"a.example">{},
                           mincoap::host_names<"b.example">{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
