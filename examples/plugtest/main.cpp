// The plugtest server: the resources of the ETSI CoAP plugtests, for testers of clients.
#include <algorithm>
#include <iostream>

#include <poll.h>

#include <CLI/CLI.hpp>

#include <mincoap/posix/clock.hpp>
#include <mincoap/posix/entropy.hpp>
#include <mincoap/posix/stop_source.hpp>
#include <mincoap/posix/udp_socket.hpp>

#include "../demo/describe.hpp"
#include "../demo/oscore.hpp"
#include "../demo/trust.hpp"
#include "../program.hpp"
#include "site.hpp"

namespace {

using mincoap::posix::stop_source;
using mincoap::posix::udp_socket;

struct settings {
    std::uint16_t port = 5683;
    std::string address;
    std::vector<std::string> trusted{"127.0.0.0/8", "::1"};
    bool verbose = false;
    demo::oscore_settings oscore;
};

// A client that sends a request again gets the whole answer again, also that of /large-post.
constinit mincoap::deduplicate<64, mincoap::default_message_size> answers;
constinit mincoap::observers<64, 128> observing;
constinit mincoap::separate<plugtest::delayed_responses::capacity>::with_oscore waiting;
demo::clients_with_keys clients;

// Serves until SIGINT or SIGTERM. Each client that has keys is served in secret as well.
int serve(udp_socket& socket, const stop_source& stop, const std::vector<demo::network>& trusted, bool verbose) {
    mincoap::net::tracer described{socket, demo::datagram_printer{verbose ? &std::cout : nullptr}};
    const auto key = mincoap::posix::random_key();
    const mincoap::echo_guard guard{key, demo::trusted_networks{&trusted}};
    mincoap::server server{described, plugtest::site, guard.preemptive(), answers, clients.layer(), observing, waiting};
    server.start_message_ids_at(static_cast<std::uint16_t>(mincoap::posix::random_key()[0]));

    plugtest::changes changes{mincoap::posix::now_ms()};
    // Unlike posix::run, it works after each datagram. `tell` then says that notifications of a change are
    // Confirmable before the server sends them.
    while (server.poll(mincoap::posix::now_ms()) != mincoap::poll_result::error) {
        const std::uint32_t now_ms = mincoap::posix::now_ms();
        while (const auto due = plugtest::delayed.take(now_ms))
            server.complete(*due, mincoap::content("A separate response"));
        changes.tell(server, observing, now_ms);
        const std::uint32_t idle_ms =
            std::min({server.idle_ms(now_ms), plugtest::delayed.idle_ms(now_ms), changes.idle_ms(now_ms)});
        const auto wanted = static_cast<short>(server.is_blocked() ? POLLOUT : POLLIN);
        pollfd events[]{{socket.native_handle(), wanted, 0}, {stop.native_handle(), POLLIN, 0}};
        ::poll(events, 2, static_cast<int>(idle_ms));
        if (events[1].revents != 0) return 0;
    }
    return example::complain("the socket failed", socket.last_error());
}

int run(const settings& given) {
    const stop_source stop;
    if (const std::string mistake = clients.open(given.oscore); !mistake.empty())
        return std::cerr << mistake << '\n', 1;
    auto at = example::local_endpoint(given.address, given.port);
    if (!at) return example::complain(given.address, at.error());
    auto socket = udp_socket::bind(*at);
    if (!socket) return example::complain("cannot listen on " + demo::describe(*at), socket.error());

    const auto trusted = demo::to_networks(given.trusted);
    if (!trusted) return std::cerr << "--trust: no network\n", 1;
    at->port = socket->local_port();
    example::say_listening(*at);
    return serve(*socket, stop, *trusted, given.verbose);
}

// For CLI11: the text of a mistake, or an empty text.
std::string mistake_in_network(const std::string& text) {
    return demo::to_networks({text}) ? "" : text + " is no network";
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"The resources of the ETSI CoAP plugtests, to test clients with"};
    settings given;
    app.add_option("--port", given.port, "UDP port; 0 for any that is free")->capture_default_str();
    app.add_option("--bind", given.address, "listen on this address only, such as 127.0.0.1 or fe80::1%eth0");
    app.add_option("--trust", given.trusted,
                   "send large responses to these networks (RFC 9175) without asking: 10.0.0.0/8; or none")
        ->check(mistake_in_network)
        ->capture_default_str();
    demo::add_options(app, given.oscore);
    app.add_flag("--verbose", given.verbose, "print each datagram");
    CLI11_PARSE(app, argc, argv);
    return run(given);
}
