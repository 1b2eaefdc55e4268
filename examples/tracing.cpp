// Sockets around a socket. One writes a file that tshark and Wireshark open, one loses some datagrams,
// and one prints the others. To look at the file:  tshark -d udp.port==5683,coap -r capture.pcap
//
//     $ coap-client-notls -m get coap://127.0.0.1/hello
//     Hello
//     $ coap-client-notls -m get coap://127.0.0.1/hello
//     Hello
//     $ coap-client-notls -m get coap://127.0.0.1/nothing
//     4.04
#include <mincoap/net/lossy.hpp>
#include <mincoap/posix/pcap_writer.hpp>

#include "serve.hpp"

namespace coap = mincoap;

constexpr auto site = coap::routes(coap::at<"hello">(coap::text("Hello")), coap::well_known_core);

static void print(const coap::net::traced& t) {
    const coap::net::endpoint_text remote = coap::net::to_text(t.arrival.route.remote);
    const bool is_in = t.direction == coap::net::direction::in;
    std::printf("%s %s %zu bytes\n", is_in ? "from" : "to", std::string{remote.view()}.c_str(), t.datagram.size());
    std::fflush(stdout);
}

int main(int argc, char** argv) {
    auto socket = coap::posix::udp_socket::bind(static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 5683));
    if (!socket) return std::puts(socket.error().message().c_str()), 1;
    std::FILE* const file = std::fopen("capture.pcap", "wb");
    if (file == nullptr) return std::perror("capture.pcap"), 1;
    std::printf("listening on port %u\n", unsigned{socket->local_port()});
    std::fflush(stdout);

    coap::net::tracer captured{*socket, coap::posix::pcap_writer{file}};
    coap::net::lossy network{captured, {.lost = 10, .doubled = 10, .delayed = 20}, 2};  // per 100; the same each time
    coap::net::tracer printed{network, print};

    const auto key = coap::posix::random_key();
    coap::server server{printed, site, coap::echo_guard<coap::trusts_loopback>{key}};
    while (server.poll(coap::posix::now_ms()) != coap::poll_result::error) {
        const int idle_ms = network.is_holding() ? 10 : static_cast<int>(server.idle_ms(coap::posix::now_ms()));
        server.is_blocked() ? socket->wait_to_send(idle_ms) : socket->wait(idle_ms);
    }
    std::fclose(file);
    return 1;
}
