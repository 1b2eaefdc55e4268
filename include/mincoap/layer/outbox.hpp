// Shared by the layers that send messages by themselves: the times of RFC 7252, and the addresses
// of messages.
#pragma once

#include <array>

#include <mincoap/server/layer_checks.hpp>

namespace mincoap {

// Transmission parameters (RFC 7252 §4.8), and the times that follow from them (§4.8.2). A network
// of another delay has others: `separate<4, 30'000, transmission{.ack_timeout_ms = 15'000}>` for
// NB-IoT.
struct transmission {
    std::uint32_t ack_timeout_ms = 2000;     // 1 to 40,000
    std::uint32_t ack_random_ms = 1000;      // ACK_TIMEOUT x (ACK_RANDOM_FACTOR - 1); 0 to 60,000
    unsigned max_retransmit = 4;             // 0 to 10
    std::uint32_t max_latency_ms = 100'000;  // MAX_LATENCY

    // From the first transmission of a message to the last one.
    constexpr std::uint32_t max_transmit_span_ms() const {
        return (ack_timeout_ms + ack_random_ms) * ((1U << max_retransmit) - 1);
    }
    // For how long a Message ID is not used again, of a Confirmable and of a Non-confirmable
    // message.
    constexpr std::uint32_t exchange_lifetime_ms() const {
        return max_transmit_span_ms() + 2 * max_latency_ms + ack_timeout_ms;
    }
    constexpr std::uint32_t non_lifetime_ms() const { return max_transmit_span_ms() + max_latency_ms; }

    // For how long the server waits for an ACK after so many transmissions, 1 to max_retransmit +
    // 1. The first wait is a time from ack_timeout_ms to ack_timeout_ms + ack_random_ms, `drawn` by
    // the last byte of the Message ID, and doubles each time.
    constexpr std::uint32_t wait_ms(unsigned transmissions, byte drawn) const {
        return (ack_timeout_ms + (ack_random_ms * drawn >> 8)) << (transmissions - 1);
    }
};

namespace detail {

// For layers that keep something for confirmed addresses.
template <typename Inside>
consteval void check_guard_in_front() {
    constexpr bool has_guard_inside = Inside::any([]<typename L>() { return guarding<L>; });
    static_assert(!has_guard_inside,
                  "mincoap: put the guard in front of observers and separate: it knows which addresses are confirmed");
}

// True if the message acknowledges or rejects a message of the server's, whatever else it holds.
inline bool is_ack_or_reset(const exchange& x) {
    const bool is_message = x.error == message::parse_error::none || x.error == message::parse_error::format;
    return is_message && (x.header()[0] & acknowledgement_bit) != 0 && !x.from.multicast;
}
inline bool is_reset(const exchange& x) { return message::type_of(x.header()) == message::type::reset; }

// Returns the Observe value that follows, in the lower 24 bits: 0x01'0000 to 0xff'ffff, so always three
// bytes. The step from the largest to the smallest one is a step forward, too (RFC 7641 §3.4).
constexpr std::uint32_t next_observe_value(std::uint32_t last) {
    ++last;
    return (last & 0xff'0000) == 0 ? last | 0x1'0000 : last;
}

// Without the padding: `operator==` of two endpoints takes several times the code. From the end,
// where most differ.
[[gnu::noinline]] inline bool is_same(const net::endpoint& a, const net::endpoint& b) {
    const auto* const first = reinterpret_cast<const byte*>(&a);
    const auto* const second = reinterpret_cast<const byte*>(&b);
    for (std::size_t i = offsetof(net::endpoint, port) + sizeof(net::endpoint::port); i-- != 0;)
        if (first[i] != second[i]) return false;
    return true;
}

// By a loop that is there anyway: for an assignment, GCC calls memcpy, which is 144 bytes of libc
// on Cortex-M0+.
inline void copy_endpoint(const net::endpoint& from, net::endpoint& to) {
    constexpr std::size_t size = offsetof(net::endpoint, port) + sizeof(net::endpoint::port);
    copy_bytes(reinterpret_cast<const byte*>(&from), size, reinterpret_cast<byte*>(&to));
}

// One of the server's own addresses, and how many entries refer to it.
struct local_address {
    [[no_unique_address]] net::endpoint address;
    std::uint16_t users = 0;
};

// The server's own addresses at which clients asked: few, however many clients there are. An entry
// of a layer refers to one by its place here.
template <std::size_t Count>
class local_addresses {
public:
    static constexpr byte none = 0xff;

    // Returns the place of an address, which counts one more user; `none` if all places are taken
    // by others.
    byte acquire(const net::endpoint& address) { return acquire_of(all_.data(), Count, address); }
    void release(byte place) { --all_[place].users; }

    // The way to a client that asked at the address of that place.
    void set_route(net::route& to, const net::endpoint& remote, byte place) const {
        copy_endpoint(remote, to.remote);
        copy_endpoint(all_[place].address, to.local);
    }

private:
    [[gnu::noinline]] static byte acquire_of(local_address* all, std::size_t count, const net::endpoint& address) {
        byte found = none;
        for (std::size_t i = count; i-- != 0;) {
            if (all[i].users == 0) found = static_cast<byte>(i);
            else if (is_same(all[i].address, address)) return ++all[i].users, static_cast<byte>(i);
        }
        if (found != none) copy_endpoint(address, all[found].address), all[found].users = 1;
        return found;
    }

    std::array<local_address, Count> all_{};
};

}  // namespace detail
}  // namespace mincoap
