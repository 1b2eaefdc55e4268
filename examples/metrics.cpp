// Numbers to watch, in Prometheus' text format. To read them:  socat -u UNIX-CONNECT:metrics.sock -
//
//     $ coap-client-notls -m get coap://127.0.0.1/hello
//     Hello
#include <array>
#include <string>

#include <mincoap/layer/prometheus.hpp>
#include <mincoap/posix/cores.hpp>
#include <mincoap/posix/text_socket.hpp>

#include "serve.hpp"

namespace coap = mincoap;

constexpr auto site = coap::routes(coap::at<"hello">(coap::text("Hello")));

static std::array<coap::metrics<coap::posix::now_us>, 2> measured;  // one per core

static std::string text_of_all() {
    coap::measurements all;
    for (const auto& of_one : measured) all += of_one.read();
    std::string text;
    coap::write_prometheus(text, all);
    return text;
}

int main(int argc, char** argv) {
    const coap::posix::stop_source stop;
    const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 5683);
    auto sockets = coap::posix::udp_socket::bind_shared({.port = port}, measured.size());
    const auto texts = coap::posix::text_socket::listen("metrics.sock");
    if (!sockets || !texts) return std::puts((sockets ? texts.error() : sockets.error()).message().c_str()), 1;
    std::printf("listening on port %u\n", unsigned{sockets->front().local_port()});
    std::fflush(stdout);

    const auto serve = [&](coap::posix::udp_socket& socket, const coap::posix::core& on) {
        coap::server server{socket, site, measured[on.number], example::guard()};
        if (on.number != 0) return coap::posix::run(server, socket, on.stop);
        const auto tell = [&](std::uint32_t) { return texts->answer(text_of_all), coap::forever_ms; };
        return coap::posix::run(server, socket, on.stop, tell, texts->native_handle());
    };
    return coap::posix::run_on_cores(*sockets, stop, serve) ? 1 : 0;
}
