// `lossy` is a socket around another one that simulates a bad network. It loses, doubles and delays
// datagrams in both directions. The same seed and the same calls give the same mishaps, so a test
// can repeat a failure.
//
//   mincoap::net::lossy network{socket, {.lost = 20, .doubled = 5, .delayed = 10}, seed};
//   mincoap::server server{network, site, mincoap::unguarded{}};
#pragma once

#include <array>

#include <mincoap/net/udp_socket.hpp>

namespace mincoap::net {

// The number of datagrams per 100 that suffer each mishap, 0 to 100.
struct mishaps {
    byte lost = 0;
    byte doubled = 0;  // delivered at once, and again as if it were delayed
    byte delayed = 0;  // delivered in one of the next `longest_delay` calls of `receive`, perhaps after others
};

namespace detail {

// Evenly distributed numbers. Do not use them for secrets.
class dice {
public:
    constexpr explicit dice(std::uint32_t seed) : state_(seed) {}

    constexpr std::uint32_t below(std::uint32_t limit) {
        std::uint32_t mixed = state_ += 0x9e37'79b9;
        mixed = (mixed ^ mixed >> 16) * 0x85eb'ca6b;
        mixed = (mixed ^ mixed >> 13) * 0xc2b2'ae35;
        return (mixed ^ mixed >> 16) % limit;
    }

private:
    std::uint32_t state_;
};

}  // namespace detail

// Holds up to `Depth` datagrams of up to `Capacity` bytes. If a datagram is larger, or finds no
// room, it is neither doubled nor delayed. The inner socket must outlive this one.
template <udp_socket Socket, std::size_t Capacity = 1280, std::size_t Depth = 4>
class lossy {
public:
    static constexpr std::uint32_t longest_delay = 4;

    constexpr lossy(Socket& given_socket, const mishaps& likely, std::uint32_t seed)
        : socket_(given_socket), likely_(likely), dice_(seed) {}

    // Returns true while a datagram is held. The datagram waits for calls of `receive`, so the
    // caller's loop must poll again soon, even if the inner socket has no datagram.
    constexpr bool is_holding() const {
        bool is_any = false;
        for (const held& h : held_) is_any = is_any || h.is_used;
        return is_any;
    }

    constexpr status receive(buffer_of<Socket> buffer, arrival& arrival) {
        const mutable_bytes whole = buffer;
        let_a_call_pass();
        for (held& h : held_)
            if (h.is_due(false)) return deliver(h, whole, arrival);
        for (;;) {
            const status got = socket_.receive(buffer, arrival);
            if (got != status::done || comes_through(buffer.first(arrival.size), arrival)) return got;
            buffer = whole;
        }
    }

    constexpr status send(bytes datagram, const route& route) {
        const fate f = draw();
        if (f.is_lost) return status::done;
        held* const copy = hold(f, true, datagram, {.route = route});
        if (f.is_delayed && copy != nullptr) return status::done;
        const status sent = socket_.send(datagram, route);
        if (copy != nullptr) copy->is_used = sent == status::done;
        return sent;
    }

private:
    struct fate {
        bool is_lost;
        bool is_doubled;
        bool is_delayed;
        std::uint32_t calls;
    };

    struct held {
        bool is_used = false;
        bool goes_out = false;
        std::uint32_t calls = 0;
        net::arrival arrival{};
        std::array<byte, Capacity> storage{};

        constexpr bool is_due(bool out) const { return is_used && goes_out == out && calls == 0; }
        constexpr bytes content() const { return {storage.data(), arrival.size}; }
    };

    // Draws equally many numbers for each datagram, whatever happens to it.
    constexpr fate draw() {
        const bool is_lost = dice_.below(100) < likely_.lost;
        const bool is_doubled = dice_.below(100) < likely_.doubled;
        const bool is_delayed = dice_.below(100) < likely_.delayed;
        return {is_lost, is_doubled, is_delayed, 1 + dice_.below(longest_delay)};
    }

    constexpr bool comes_through(bytes datagram, const arrival& arrival) {
        const fate f = draw();
        if (f.is_lost) return false;
        const bool is_held = hold(f, false, datagram, arrival) != nullptr;
        return !(f.is_delayed && is_held);
    }

    // Keeps a copy if the datagram is delayed or doubled, and there is room. Otherwise returns
    // null.
    constexpr held* hold(const fate& f, bool out, bytes datagram, const arrival& arrival) {
        if (!(f.is_delayed || f.is_doubled) || datagram.size() > Capacity) return nullptr;
        for (held& h : held_) {
            if (h.is_used) continue;
            h.is_used = true;
            h.goes_out = out;
            h.calls = f.calls;
            h.arrival = arrival;
            h.arrival.size = datagram.size();
            copy_bytes(datagram.data(), datagram.size(), h.storage.data());
            return &h;
        }
        return nullptr;
    }

    // Sends the datagrams that are due. If the inner socket does not take one now, the next call
    // tries it again.
    constexpr void let_a_call_pass() {
        for (held& h : held_) {
            if (h.calls != 0) --h.calls;
            if (h.is_due(true)) h.is_used = socket_.send(h.content(), h.arrival.route) == status::would_block;
        }
    }

    constexpr status deliver(held& h, mutable_bytes storage, arrival& arrival) {
        arrival = h.arrival;
        arrival.truncated = arrival.truncated || arrival.size > storage.size();
        arrival.size = arrival.size < storage.size() ? arrival.size : storage.size();
        copy_bytes(h.storage.data(), arrival.size, storage.data());
        h.is_used = false;
        return status::done;
    }

    Socket& socket_;
    mishaps likely_;
    detail::dice dice_;
    std::array<held, Depth> held_{};
};
static_assert(udp_socket<lossy<null_socket>> && !lending_socket<lossy<null_socket>>);

}  // namespace mincoap::net
