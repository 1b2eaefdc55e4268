// An observation, as the layer `observers` keeps it, and the rules of its notifications (RFC 7641).
#pragma once

#include <mincoap/layer/outbox.hpp>
#include <mincoap/message/path_hash.hpp>

namespace mincoap::detail {

struct observation_rules {
    // The Observe option of a request that begins an observation, and in place of the value in the
    // response: the client has to confirm its address first.
    static constexpr std::uint32_t enroll = 1;
    static constexpr std::uint32_t may_not = 1;

    static constexpr std::uint32_t spacing_ms = 3'000;    // between two notifications to a client (§4.5.1)
    static constexpr std::uint32_t settling_ms = 60'000;  // until the last state is sent as a CON
    static constexpr std::uint32_t day_ms = 82 << 20;     // §4.5: a little less than 24 hours
    static constexpr std::uint32_t held_ms = 1'000;       // another message is on its way to the client

    // `observation::pending`: there was a change; the client gets it by a CON.
    static constexpr byte change = 1;
    static constexpr byte con_change = 2;

    // In place of `observation::format`: the client gets an error.
    static constexpr std::uint16_t ended = 0xffff;

    static std::uint16_t short_of(message::path_hash path) { return static_cast<std::uint16_t>(path.value()); }
    static bool is_success(const exchange& x) { return class_of(message::code_of(x.header())) == 2; }
};

// Small fields come first: on Cortex-M0+ a byte is within reach of a load up to offset 31.
template <std::size_t Bytes>
struct observation {
    std::uint32_t due_ms;     // when something is sent: a change, the last state once more, or a CON again
    std::uint16_t id_offset;  // of the Message IDs to the client
    std::uint16_t format;     // the Content-Format of the responses, as format_option has it
    byte size;                // the kept request has so many bytes; 0: the place is free
    byte unheard;             // notifications since the client was last heard of: NONs, and then a CON again and again
    byte pending;             // 0, or there was a change
    byte local;               // the address that the client asked
    std::array<byte, message::header_size + Bytes> kept;  // the request, with the last Message ID to the client
    [[no_unique_address]] net::endpoint remote;
    std::uint16_t path;  // its hash, in the padding of the endpoint

    // Returns true if the request has the endpoint and the token of this observation (§4.1).
    bool is_of(const exchange& x) const {
        const byte* const header = x.header();
        return size != 0 && ((kept[0] ^ header[0]) & 15) == 0 && is_same(remote, x.from.route.remote) &&
               equal_bytes(&kept[message::header_size], header + message::header_size, message::token_size_of(header));
    }
};

}  // namespace mincoap::detail
