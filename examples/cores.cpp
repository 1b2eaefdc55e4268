// A server per core. A client may reach another core than the client that changes a resource: the cores
// share the state, and each core notifies its own observers.
//
//     $ coap-client-notls -m post coap://127.0.0.1/count
//     1
//     $ coap-client-notls -m post coap://127.0.0.1/count
//     2
//     $ coap-client-notls -m get coap://127.0.0.1/count
//     2
#include <array>
#include <atomic>

#include <mincoap/posix/cores.hpp>

#include "serve.hpp"

namespace coap = mincoap;

static std::atomic<std::uint32_t> count = 0;  // handlers run on several cores at once

static coap::reply add_one() { return {coap::code::changed, coap::content_format::text_plain, coap::text_of(++count)}; }

constexpr auto site =
    coap::routes(coap::at<"count">(coap::value([] { return count.load(); }), coap::post(add_one)).observable());

int main(int argc, char** argv) {
    const coap::posix::stop_source stop;  // before there is a second thread
    const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 5683);
    auto sockets = coap::posix::udp_socket::bind_shared({.port = port}, 2);
    if (!sockets) return std::puts(sockets.error().message().c_str()), 1;
    std::printf("listening on port %u\n", unsigned{sockets->front().local_port()});
    std::fflush(stdout);

    std::array<coap::counters, 2> counted;  // one per core, which no other core touches
    const auto serve = [&counted](coap::posix::udp_socket& socket, const coap::posix::core& on) {
        coap::deduplicate<8> answers;
        coap::observers<4> observing;
        coap::server server{socket, site, example::guard(), answers, observing, counted[on.number]};
        server.start_message_ids_at(static_cast<std::uint16_t>(coap::posix::random_key()[0]));
        std::uint32_t told = count;
        const auto tell = [&server, &told](std::uint32_t) {
            if (const std::uint32_t now = count; told != now) server.changed<"count">(), told = now;
            return 50;  // milliseconds until the next look
        };
        return coap::posix::run(server, socket, on.stop, tell);
    };
    const std::error_code broken = coap::posix::run_on_cores(*sockets, stop, serve);
    coap::counters all;
    for (const coap::counters& of_one : counted) all += of_one;
    std::printf("%u requests\n", unsigned{all[coap::outcomes::served]});
    return broken ? 1 : 0;
}
