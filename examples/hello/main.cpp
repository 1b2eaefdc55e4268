// A CoAP server with a text and an LED. Try: coap-client-notls -m put -e 1 coap://127.0.0.1/led
#include <cstdio>

#include <mincoap/mincoap.hpp>
#include <mincoap/posix/clock.hpp>
#include <mincoap/posix/entropy.hpp>
#include <mincoap/posix/udp_socket.hpp>

static bool led = false;

constexpr auto site = mincoap::routes(
    mincoap::at<"hello">(mincoap::text("Hello CoAP")),
    mincoap::at<"led">(mincoap::value(led).title("Status LED")),  // GET and PUT "0" or "1"; 4.00 on nonsense
    mincoap::well_known_core);

int main() {
    auto socket = mincoap::posix::udp_socket::bind(5683);
    if (!socket) return std::puts(socket.error().message().c_str()), 1;

    mincoap::server server{*socket, site, mincoap::echo_guard{mincoap::posix::random_key()}};
    while (server.poll(mincoap::posix::now_ms()) != mincoap::poll_result::error) {
        server.is_blocked() ? socket->wait_to_send() : socket->wait();
    }
    return 1;  // the socket is broken; a full network, a dead peer or an ICMP error is no reason
}
