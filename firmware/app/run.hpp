// The loop of a firmware: lwIP, the server, sleep. A profile is a site and a main that runs it.
#pragma once

#include <mincoap/lwip/udp_socket.hpp>
#include <mincoap/mincoap.hpp>

#include "board.hpp"
#include "network.hpp"

namespace firmware {

// Large responses go at once to those of whom nobody else on the way can pretend to be.
struct neighbours {
    bool operator()(const mincoap::net::endpoint& remote) const;
};
using guard = mincoap::echo_guard<neighbours>;

#ifdef FIRMWARE_UNGUARDED
inline constexpr bool is_guarded = false;
#else
inline constexpr bool is_guarded = true;
#endif

// What is counted, and Message IDs for Non-confirmable responses (RFC 7252 §4.4).
struct numbered : mincoap::counters {
    std::uint16_t next = 0;

    constexpr std::uint16_t next_message_id() { return next++; }
};

inline constinit mincoap::lwip::udp_socket* socket = nullptr;
inline constinit auto hooks = [] {
    if constexpr (is_guarded) return mincoap::make_profile(guard{{}}, numbered{});
    else return numbered{};
}();

inline mincoap::byte storage[mincoap::default_message_size];  // for a datagram that lwIP had to put together
inline constinit mincoap::exchange current{storage};

inline bool neighbours::operator()(const mincoap::net::endpoint& remote) const {
    return network::is_neighbour(remote, current.in.path.local.interface);
}

// Datagram to datagram; apart, so that what it takes can be counted, and returning itself, where the count ends.
template <typename Site>
[[gnu::noinline]] std::size_t answer(const Site& site) {
    const std::size_t size = mincoap::respond(current, site, board::now_ms(), hooks);
    asm volatile("");  // otherwise the call may become a jump
    return size;
}

// Whether a datagram, or an answer that waited, was dealt with.
template <typename Site>
bool serve(const Site& site) {
    return socket->serve(storage, current.in, [&site](mincoap::mutable_bytes memory) {
        current.buffer = memory;
        return answer(site);
    }) == mincoap::net::status::done;
}

// In memory that lasts, and never destroyed: a static object with a destructor would have something run before main.
inline void make_socket() {
    alignas(mincoap::lwip::udp_socket) static mincoap::byte memory[sizeof(mincoap::lwip::udp_socket)];
    socket = ::new (static_cast<void*>(memory)) mincoap::lwip::udp_socket;
}

// A guard is worth as much as the randomness of the board.
inline mincoap::security::siphash::key random_key() {
    mincoap::security::siphash::key key{};
    for (std::uint64_t& half : key) half = std::uint64_t{board::random()} << 32 | board::random();
    return key;
}

template <typename Hooks>
void set_key(Hooks& to) {
    if constexpr (is_guarded) static_cast<guard&>(to) = guard{random_key()};
}

// A family that the board is built without has no groups, which is no fault.
inline void join(const mincoap::net::endpoint& group) {
    if (socket->join(group) == ERR_MEM) board::print("no room for a group\n");
}

inline void start() {
    make_socket();
    board::start();
    network::start();
    hooks.next = static_cast<std::uint16_t>(board::random());
    set_key(hooks);
    if (socket->bind(5683) != ERR_OK) board::fail();
    for (const auto& group : mincoap::lwip::all_coap_nodes) join(group);
    board::print("mincoap listens\n");
}

template <typename Site>
[[noreturn]] void run(const Site& site) {
    start();
    for (;;) {
        const bool fed = network::feed();
        const bool served = serve(site);
        network::run_timers();
        if (!fed && !served) board::sleep();
    }
}

}  // namespace firmware
