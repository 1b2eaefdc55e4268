// The loop of a firmware: lwIP, the server, sleep. A profile consists of a site and a main that runs it.
#pragma once

#include <mincoap/lwip/udp_socket.hpp>
#include <mincoap/mincoap.hpp>

#include "board.hpp"
#include "network.hpp"

namespace firmware {

// lwIP's socket. It also keeps the interface on which the last datagram came.
struct board_socket : mincoap::lwip::udp_socket {
    std::uint32_t came_by = 0;

    mincoap::net::status receive(mincoap::mutable_bytes& buffer, mincoap::net::arrival& in) {
        const mincoap::net::status received = udp_socket::receive(buffer, in);
        came_by = in.route.local.interface;
        return received;
    }
};
inline constinit board_socket* socket = nullptr;
inline std::uint32_t unsent = 0;  // answers that lwIP did not take in time

// Large responses go at once to addresses that no other machine on the way can pretend to have.
struct neighbours {
    bool operator()(const mincoap::net::endpoint& remote) const {
        return network::is_neighbour(remote, socket->came_by);
    }
};

// The object lives in static memory and is never destroyed. The constructors of a static object with a destructor would
// run code before main.
inline void make_socket() {
    alignas(board_socket) static mincoap::byte memory[sizeof(board_socket)];
    socket = ::new (static_cast<void*>(memory)) board_socket;
}

// A guard is only as good as the board's random numbers.
inline mincoap::security::key key;

inline auto make_guard() {
#ifdef FIRMWARE_UNGUARDED
    return mincoap::unguarded{};
#else
    for (std::uint32_t& word : key) word = board::random();
    return mincoap::echo_guard<neighbours>{key};
#endif
}

// A board without an address family has no groups of that family. This is not an error.
inline void join(const mincoap::net::endpoint& group) {
    if (socket->join(group) == ERR_MEM) board::print("no room for a group\n");
}

inline void start() {
    make_socket();
    board::start();
    network::start();
    if (socket->bind(5683) != ERR_OK) board::fail();
    for (const auto& group : mincoap::lwip::all_coap_nodes) join(group);
}

// The work between a received and a sent frame, without lwIP. It is a separate function so that its instructions can be
// counted.
template <typename Server>
[[gnu::noinline]] mincoap::poll_result answer(Server& server) {
    return server.poll(board::now_ms());
}

// Returns true if the server processed a message. There may be more messages then.
template <typename Server>
bool serve(Server& server) {
    const mincoap::poll_result result = answer(server);
    if (result == mincoap::poll_result::unsent) ++unsent;
    return result != mincoap::poll_result::idle && result != mincoap::poll_result::blocked;
}

inline constexpr std::uint32_t longest_sleep_ms = 100;  // lwIP has timers

// Runs the server forever. Each turn of the loop calls `work`, which may complete requests and
// report changes.
template <typename Server, typename Work>
[[noreturn]] void run(Server& server, Work work) {
    server.start_message_ids_at(static_cast<std::uint16_t>(board::random()));
    board::print("mincoap listens\n");
    for (;;) {
        const bool fed = network::feed();
        work();
        const bool served = serve(server);
        network::run_timers();
        const std::uint32_t idle_ms = server.idle_ms(board::now_ms());
        if (!fed && !served && idle_ms != 0) board::sleep(idle_ms < longest_sleep_ms ? idle_ms : longest_sleep_ms);
    }
}

template <typename Server>
[[noreturn]] void run(Server& server) {
    run(server, [] {});
}

// Receives datagrams that consist of several pbufs. A request in one pbuf is answered in place.
inline mincoap::server_memory<> memory;

}  // namespace firmware
