// The demo server: a small tree of resources over UDP. On request, it prints a line per datagram.
#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <memory>
#include <random>
#include <utility>

#include <CLI/CLI.hpp>

#include <mincoap/posix/burst_socket.hpp>
#include <mincoap/posix/cores.hpp>
#include <mincoap/posix/directory.hpp>
#include <mincoap/posix/run.hpp>
#include <mincoap/posix/udp_socket.hpp>

#include "../program.hpp"
#include "cores.hpp"
#include "demo_site.hpp"
#include "describe.hpp"
#include "edhoc.hpp"
#include "guard_keys.hpp"
#include "memory.hpp"
#include "trust.hpp"

namespace {

using example::complain;
using mincoap::net::endpoint;
using mincoap::posix::udp_socket;

// The options of the command line.
struct settings {
    std::uint16_t port = 5683;
    std::string address;
    std::vector<std::string> groups;
    std::uint16_t leisure_ms = 5000;
    std::vector<std::string> trusted{"127.0.0.0/8", "::1"};
    std::string files;
    demo::oscore_settings oscore;
    std::string edhoc;
    std::string key_file;
    std::size_t cores = 1;
    bool burst = false;
    bool verbose = false;
};

demo::unix_time wall_clock() {
    using namespace std::chrono;
    return static_cast<demo::unix_time>(duration_cast<seconds>(system_clock::now().time_since_epoch()).count());
}

constinit demo::state<demo::slow_answers_here> state;
constinit demo::private_store secrets;
constinit mincoap::posix::directory files;
demo::clients_with_keys clients;
demo::key_exchange key_exchange;

std::error_code open_files(const std::string& path) {
    auto opened = mincoap::posix::directory::open(path.c_str());
    if (!opened) return opened.error();
    files = std::move(*opened);
    return {};
}

// The local address under which clients on this machine reach the server.
std::string uri_of(endpoint at) {
    if (is_unspecified(at) || at == mincoap::net::ipv4(0, 0, 0, 0, at.port))
        at = mincoap::net::ipv4(127, 0, 0, 1, at.port);
    if (is_ipv4(at)) at.interface = 0;  // in a URI, only addresses of IPv6 have a zone
    return "coap://" + demo::describe(at);
}

void announce(const endpoint& at) {
    const std::string uri = uri_of(at);
    std::cout << "GET /, /time, /slow, /log, /poem, /.well-known/core; GET and PUT /cbor, /upload; "
              << "GET and POST /count; POST /message/info, /message/warn; with OSCORE: GET and PUT /private\n"
              << "try: coap-client-notls -m get " << uri << "/.well-known/core\n"
              << "     coap-client-notls -m post -e 'Hello' " << uri << "/message/info\n"
              << "     coap-client-notls -m get -s 10 -w " << uri << "/time\n";
    example::say_listening(at);
}

void print(const mincoap::counters& counted) {
    using namespace mincoap::outcomes;
    static constexpr std::array<std::pair<mincoap::outcome, const char*>, 13> names{{
        {served, "served"},
        {refused, "refused"},
        {ping, "pings"},
        {unwanted, "unwanted"},
        {malformed, "malformed"},
        {unknown_version, "of another version"},
        {too_short, "too short"},
        {truncated, "too long"},
        {bad_option, "with bad options"},
        {reply_too_large, "with too large a reply"},
        {unsaid, "with responses unsaid"},
        {challenged, "challenged"},
        {duplicate, "duplicates"},
    }};
    std::cout << "datagrams:";
    const char* separator = " ";
    for (const auto& [outcome, name] : names) {
        std::cout << separator << counted[outcome] << ' ' << name;
        separator = ", ";
    }
    std::cout << '\n' << std::flush;
}

void print(const demo::totals& all) {
    std::cout << "socket: " << all.unwanted << " unwanted, " << all.dropped << " dropped\n"
              << "memory: " << all.observations << " observations, " << all.slow_requests << " slow requests\n";
    print(all.counted);
}

// The servers of all cores.
struct service {
    const settings& given;
    const std::vector<demo::network>& trusted;
    demo::guard_keys& keys;
    demo::totals all{};

    // Serves on one core until a stop is requested. `exchange` is the layer of a key exchange, if there is
    // one. Returns the error of the socket.
    std::error_code serve(auto& socket, const auto& site, const mincoap::posix::stop_source& stop, auto... exchange) {
        std::array<mincoap::byte, mincoap::default_message_size> traced;
        auto described = demo::described(socket, given.verbose ? &std::cout : nullptr, traced);
        std::random_device random;
        demo::guard_keys::of_core its{keys};
        const mincoap::echo_guard guard{its.keys(), demo::trusted_networks{&trusted}};
        mincoap::counters counted;
        const auto kept = std::make_unique<demo::memory>();
        mincoap::server server{described,
                               site,
                               its,
                               guard.preemptive(),
                               kept->answered,
                               exchange...,
                               clients.layer(),
                               kept->observing,
                               kept->waiting,
                               mincoap::leisure<1152>{random(), given.leisure_ms},
                               counted,
                               demo::one_at_a_time{}};
        server.start_message_ids_at(static_cast<std::uint16_t>(random()));
        const auto work = [&](std::uint32_t now_ms) {
            its.work();
            key_exchange.work(server, now_ms);
            return kept->work(server, demo::slow_answers_here::get(), now_ms);
        };
        const std::error_code broken = mincoap::posix::run(server, socket, stop, work, keys.native_handle());
        return all.add(counted, *kept, socket), broken;
    }

    // The same by many datagrams per system call.
    std::error_code serve_bursts(udp_socket& bound, const auto& site, const mincoap::posix::stop_source& stop,
                                 auto... exchange) {
        const auto memory = std::make_unique<mincoap::posix::burst_memory<>>();
        mincoap::posix::burst_socket socket{std::move(bound), *memory};
        return serve(socket, site, stop, exchange...);
    }
};

// Serves with a thread per socket.
int serve(std::vector<udp_socket>& sockets, service& its, const mincoap::posix::stop_source& stop, const auto& site,
          auto... exchange) {
    demo::notify_systemd("READY=1");
    const std::error_code broken =
        mincoap::posix::run_on_cores(sockets, stop, [&](udp_socket& socket, const mincoap::posix::core&) {
            return its.given.burst ? its.serve_bursts(socket, site, stop, exchange...)
                                   : its.serve(socket, site, stop, exchange...);
        });
    demo::notify_systemd("STOPPING=1");
    return broken ? complain("the socket failed", broken) : (print(its.all), 0);
}

// Serves the demo's resources and these places. If there are keys for it, clients agree on keys.
int serve_with(std::vector<udp_socket>& sockets, service&& its, const mincoap::posix::stop_source& stop,
               const auto&... places) {
    const auto secret = demo::private_resource(secrets);
    const auto plain = [&] { return serve(sockets, its, stop, demo::site(state, wall_clock, secret, places...)); };
    const auto with_keys = [&](const auto& resource, auto layer) {
        return serve(sockets, its, stop, demo::site(state, wall_clock, secret, resource, places...), layer);
    };
    return key_exchange.serve(plain, with_keys);
}

// Options that exclude each other. Returns the text of a mistake, or an empty text.
std::string mistake_in(const settings& given, std::size_t cores) {
    const bool has_clients = !given.oscore.key_files.empty();
    if (cores > 1 && (has_clients || !given.edhoc.empty()))
        return "--oscore, --edhoc: two cores cannot share the numbers of a client with keys; use one";
    if (has_clients && !given.key_file.empty())
        return "--oscore: needs a new key of the Echo option in each start, so it excludes --key";
    return {};
}

std::error_code join(udp_socket& socket, const std::string& group) {
    const auto at = mincoap::posix::to_endpoint(group, 0);
    return at ? socket.join(*at) : at.error();
}

int run(const settings& given) {
    const mincoap::posix::stop_source stop;
    const auto trusted = demo::to_networks(given.trusted);
    if (!trusted) return std::cerr << "--trust: no network\n", 1;
    for (const std::string& mistake : {clients.open(given.oscore), key_exchange.open(given.edhoc, clients)})
        if (!mistake.empty()) return std::cerr << mistake << '\n', 1;
    auto at = example::local_endpoint(given.address, given.port);
    if (!at) return complain(given.address, at.error());
    demo::guard_keys keys;
    if (const std::error_code error = keys.open(given.key_file)) return complain(given.key_file, error);
    auto sockets = demo::open_sockets(*at, given.cores);
    if (!sockets) return complain("cannot listen on " + demo::describe(*at), sockets.error());
    if (const std::string mistake = mistake_in(given, sockets->size()); !mistake.empty())
        return std::cerr << mistake << '\n', 1;
    for (const std::string& group : given.groups)
        if (const std::error_code error = join(sockets->front(), group)) return complain("cannot join " + group, error);

    at->port = sockets->front().local_port();
    if (given.files.empty()) return announce(*at), serve_with(*sockets, {given, *trusted, keys}, stop);
    if (const std::error_code why = open_files(given.files)) return complain(given.files, why);
    const auto below_fs = mincoap::below<"fs">(mincoap::posix::get_files(files)).title("Files").rt("demo.files");
    return announce(*at), serve_with(*sockets, {given, *trusted, keys}, stop, below_fs);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"A CoAP server to try clients with"};
    settings given;
    app.add_option("--port", given.port, "UDP port; 0 for any that is free")->capture_default_str();
    app.add_option("--bind", given.address, "listen on this address only, such as 127.0.0.1 or fe80::1%eth0");
    app.add_option("--join", given.groups, "answer in these groups, too, such as 224.0.1.187 or ff02::fd%eth0");
    app.add_option("--leisure", given.leisure_ms, "let that many milliseconds pass at most before an answer in a group")
        ->capture_default_str();
    app.add_option("--trust", given.trusted,
                   "send large responses to these networks (RFC 9175) without asking: 10.0.0.0/8; or none")
        ->capture_default_str();
    app.add_option("--files", given.files, "a directory to be read below /fs");
    demo::add_options(app, given.oscore);
    demo::add_edhoc_option(app, given.edhoc);
    app.add_option("--key", given.key_file,
                   "the key of the Echo option, which other machines share: a file with 32 hexadecimal digits, for its "
                   "owner alone; SIGHUP reads it again");
    app.add_option("--cores", given.cores, "serve in so many threads, each with a socket of its own")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    app.add_flag("--burst", given.burst, "receive and send many datagrams per system call");
    app.add_flag("--verbose", given.verbose, "print each datagram");
    CLI11_PARSE(app, argc, argv);
    return run(given);
}
