// A CoAP server with a text and an LED. Try: coap-client-notls -m put -e 1 coap://127.0.0.1/led
#include <cstdio>

#include <mincoap/mincoap.hpp>
#include <mincoap/posix/entropy.hpp>
#include <mincoap/posix/run.hpp>
#include <mincoap/posix/udp_socket.hpp>

namespace coap = mincoap;

static bool led = false;

constexpr auto site =
    coap::routes(coap::at<"hello">(coap::text("Hello CoAP")),
                 coap::at<"led">(coap::value(led)).title("Status LED"),  // GET and PUT "0" or "1"; 4.00 on nonsense
                 coap::well_known_core);

int main() {
    auto socket = coap::posix::udp_socket::bind(5683);
    if (!socket) return std::puts(socket.error().message().c_str()), 1;

    const auto key = coap::posix::random_key();
    coap::server server{*socket, site, coap::echo_guard{key}};
    return coap::posix::run(server, *socket) ? 1 : 0;  // until SIGINT, SIGTERM, or an error of the socket itself
}
