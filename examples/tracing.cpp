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
    std::FILE* const file = std::fopen("capture.pcap", "wb");
    if (file == nullptr) return std::perror("capture.pcap"), 1;
    auto socket = example::open(argc, argv);

    coap::net::tracer captured{socket, coap::posix::pcap_writer{file}};
    coap::net::lossy network{captured, {.lost = 10, .doubled = 10, .delayed = 20}, 2};  // per 100; the same each time
    coap::net::tracer printed{network, print};

    coap::server server{printed, site, example::guard()};
    const auto release_held = [&network](std::uint32_t) { return network.is_holding() ? 10 : coap::forever_ms; };
    const std::error_code broken = coap::posix::run(server, socket, coap::posix::stop_source{}, release_held);
    std::fclose(file);
    return broken ? 1 : 0;
}
