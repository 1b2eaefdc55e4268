// A CoAP server with a text and an LED. Try: coap-client-notls -m put -e 1 coap://127.0.0.1/led
#include <cstdio>

#include <mincoap/mincoap.hpp>
#include <mincoap/posix/udp_socket.hpp>

static bool led = false;

constexpr auto site = mincoap::routes(
    mincoap::at<"hello">(mincoap::text("Hello CoAP")),
    mincoap::at<"led">(mincoap::value(led).title("Status LED")),  // GET and PUT "0" or "1"; 4.00 on nonsense
    mincoap::well_known_core);

int main() {
    auto socket = mincoap::posix::udp_socket::bind(5683);
    if (!socket) return std::puts(socket.error().message().c_str()), 1;

    mincoap::server server{*socket, site};
    for (;;) {
        socket->wait();
        server.poll(0);  // a clock in milliseconds, if a resource asked for the time
    }
}
