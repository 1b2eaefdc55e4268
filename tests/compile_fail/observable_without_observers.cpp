// Discovery would promise notifications that no layer sends.
#include <mincoap/mincoap.hpp>

constexpr auto site = mincoap::routes(mincoap::at<"a">(mincoap::text("A")).observable(), mincoap::well_known_core);

int main() {
    mincoap::net::null_socket socket;
    mincoap::server server{socket, site, mincoap::unguarded{}};
    while (server.poll(0) != mincoap::poll_result::error) {}
}
