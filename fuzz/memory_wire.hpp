// The network of fuzz/memory.cpp: its clients, a socket that also blocks and fails, and layers that look on.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <mincoap/mincoap.hpp>

namespace mincoap::fuzz {

using time_ms = std::uint64_t;

inline constexpr std::size_t peer_count = 4;
inline constexpr net::endpoint peers[peer_count] = {
    net::ipv4(192, 0, 2, 1, 40000), net::ipv4(192, 0, 2, 2, 5683), net::ipv4(192, 0, 2, 3, 5683),
    net::ipv4(192, 0, 2, 1, 40001)};  // the last one is another program on the host of the first one
inline constexpr net::endpoint locals[4] = {net::ipv4(192, 0, 2, 9, 5683), net::ipv4(198, 51, 100, 9, 5683),
                                            net::ipv4(203, 0, 113, 9, 5683), net::ipv4(203, 0, 113, 10, 5683)};

inline std::size_t peer_of(const net::endpoint& e) {
    std::size_t i = 0;
    while (i < peer_count && peers[i] != e) ++i;
    return i;
}

// True if the second Observe value is newer (RFC 7641 §3.4, without the 128 s).
inline bool is_newer(std::uint32_t before, std::uint32_t after) {
    return (before < after && after - before < 1U << 23) || (before > after && before - after > 1U << 23);
}

// A datagram to or from the server.
struct datagram {
    std::size_t peer = 0;
    net::endpoint local = locals[0];
    std::vector<byte> data;
    bool multicast = false;

    std::optional<message::view> view() const {
        const auto read = message::view::parse(data);
        return read ? std::optional{*read} : std::nullopt;
    }
    unsigned type() const { return data.empty() ? 0 : data[0] / 16U % 4; }
    bool is_con() const { return type() == 0; }
    bool is_ack_or_reset() const { return type() >= 2; }
    unsigned code_byte() const { return data.size() > 1 ? data[1] : 0; }
    std::uint16_t id() const { return static_cast<std::uint16_t>(data.size() < 4 ? 0 : data[2] << 8 | data[3]); }
    std::vector<byte> token() const {
        const auto read = view();
        return read ? std::vector<byte>(read->token().begin(), read->token().end()) : std::vector<byte>{};
    }
    std::optional<std::uint32_t> number(option of) const {
        const auto read = view();
        const auto found = read ? read->options().find(of) : std::nullopt;
        return found ? std::optional{found->uint()} : std::nullopt;
    }
    // The first segment of the path, if it is one character.
    char path() const {
        const auto read = view();
        const auto segment = read ? read->options().find(option::uri_path) : std::nullopt;
        return segment && segment->value.size() == 1 ? static_cast<char>(segment->value[0]) : ' ';
    }
    std::string payload() const {
        const auto read = view();
        return read ? std::string{as_text(read->payload())} : std::string{};
    }
};

// Prints a message if the environment has MINCOAP_TRACE, to read a program that the fuzzer has found.
inline void trace(time_ms now, const char* what, const datagram& d) {
    static const bool is_on = std::getenv("MINCOAP_TRACE") != nullptr;
    if (!is_on) return;
    constexpr const char* types[] = {"con", "non", "ack", "rst"};
    std::fprintf(stderr, "%10llu %s %zu %s %u.%02u id %u:", static_cast<unsigned long long>(now), what, d.peer,
                 types[d.type()], d.code_byte() / 32U, d.code_byte() % 32U, unsigned{d.id()});
    for (const byte b : d.data) std::fprintf(stderr, " %02x", unsigned{b});
    std::fputs(d.multicast ? " multicast\n" : "\n", stderr);
}

// The server's socket. It notes each message when the server first tries to send it.
struct wire {
    net::status sends = net::status::done;
    std::deque<datagram> incoming;
    std::optional<datagram> taken;      // by this poll
    std::optional<datagram> made;       // a message that the server tried to send for the first time
    std::optional<datagram> delivered;  // a message on its way to a client
    bool is_holding = false;            // the server still has a message that the socket refused

    void begin() { taken.reset(), made.reset(), delivered.reset(); }

    net::status receive(mutable_bytes storage, net::arrival& about) {
        if (incoming.empty()) return net::status::would_block;
        taken = std::move(incoming.front());
        incoming.pop_front();
        about = {};
        about.multicast = taken->multicast;
        about.route.remote = peers[taken->peer];
        if (!taken->multicast) about.route.local = taken->local;
        else taken->local = {};
        about.size = std::min(taken->data.size(), storage.size());
        about.truncated = taken->data.size() > storage.size();
        copy_bytes(taken->data.data(), about.size, storage.data());
        return net::status::done;
    }
    net::status send(bytes data, const net::route& to) {
        const datagram message{peer_of(to.remote), to.local, {data.begin(), data.end()}, false};
        if (!is_holding) made = message;
        is_holding = sends == net::status::would_block;
        if (sends == net::status::done) delivered = message;
        return sends;
    }
};

// A layer that notes what the layers inside of it answered. `Place` makes layers of different types.
template <int Place>
struct watch {
    unsigned calls = 0;
    bool is_confirmed = false;
    std::vector<byte> answer;

    void begin() { calls = 0, is_confirmed = false, answer.clear(); }
    std::size_t receive(exchange& x, auto next) {
        ++calls;
        is_confirmed = x.from.confirmed;
        const std::size_t size = next(x);
        answer.assign(x.header(), x.header() + size);
        return size;
    }
};
using outer_watch = watch<0>;
using inner_watch = watch<1>;

}  // namespace mincoap::fuzz
