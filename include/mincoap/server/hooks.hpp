// What a server tells its application besides requests. A server that names no hooks pays for none.
#pragma once

#include <array>

#include <mincoap/message/view.hpp>
#include <mincoap/net/udp_socket.hpp>

namespace mincoap {

// What became of a datagram. The values up to `malformed` are those of message::parse_error.
enum class outcome : byte {
    served,           // answered by a handler, whatever its code
    too_short,        // dropped: less than a header
    unknown_version,  // dropped (RFC 7252 §3)
    malformed,        // rejected: a message format error or a reserved code (RFC 7252 §4.2, §4.3)
    truncated,        // larger than the buffer: a request is refused with 4.13, anything else rejected (RFC 7252 §4.2)
    ping,             // an Empty Confirmable message: rejected, which makes it an answer (RFC 7252 §4.3)
    response,         // a response, Acknowledgement or Reset, which the response hook took
    unwanted,         // one that nobody took, or a request that cannot be answered: rejected (RFC 7252 §4.2, §8.1)
    refused,          // answered by the server itself, with 4.02, 4.05 or 5.05
    reply_too_large,  // did not fit the buffer: 5.00, or an error without its explanation; by multicast, nothing
    bad_option,       // dropped: a Non-confirmable request that 4.02 would be the answer to (RFC 7252 §5.4.1)
    unsaid,           // left out: an error, the request having come by multicast (RFC 7252 §8.2), or by No-Response
};
inline constexpr std::size_t outcome_count = 12;

// The hooks, doing nothing. Derive from it and redeclare what you want to know.
struct hooks {
    // A response (piggybacked or separate), or an Empty Acknowledgement or Reset, came in: to a request or a
    // notification that the application sent over the same socket. Return whether it was expected: a Confirmable
    // response is acknowledged then, and otherwise rejected with a Reset (RFC 7252 §4.2, §5.3.2).
    static constexpr bool on_response(const message::view&, const net::arrival&) { return false; }

    // A datagram is done with.
    static constexpr void on_outcome(outcome) {}
};

// Counts every outcome, from 0 and modulo 2^32: `server server{socket, site, counters{}}`, then `server.hooks()`.
struct counters : hooks {
    std::array<std::uint32_t, outcome_count> by_outcome{};

    constexpr void on_outcome(outcome o) { ++by_outcome[static_cast<std::size_t>(o)]; }
    constexpr std::uint32_t operator[](outcome o) const { return by_outcome[static_cast<std::size_t>(o)]; }
};

}  // namespace mincoap
