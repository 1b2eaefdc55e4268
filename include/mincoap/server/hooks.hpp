// What a server tells its application besides requests, and what is done to all requests alike: parts, which are named
// beside each other. A server pays for those that it names.
//
//     server server{socket, site, echo_guard{key}, counters{}, no_response{}};
#pragma once

#include <array>
#include <concepts>
#include <type_traits>

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
    refused,          // answered by the server itself, with 4.02, 4.04, 4.05 or 5.05
    reply_too_large,  // did not fit the buffer: 5.00, or an error without its explanation; by multicast, nothing
    bad_option,       // dropped: a Non-confirmable request that 4.02 would be the answer to (RFC 7252 §5.4.1)
    unsaid,           // left out: by No-Response; after multicast, an error or a second leisure (RFC 7252 §8.2)
    challenged,       // answered without what was too much for an address that nobody has confirmed (RFC 9175 §2.4)
    limited,          // dropped, since too many others were answered that nobody has confirmed; see flood_limit
};
inline constexpr std::size_t outcome_count = 14;

// The hooks, doing nothing. Derive from it and redeclare what you want to know.
struct hooks {
    // A response (piggybacked or separate), or an Empty Acknowledgement or Reset, came in: to a request or a
    // notification that the application sent over the same socket. Return whether it was expected: a Confirmable
    // response is acknowledged then, and otherwise rejected with a Reset (RFC 7252 §4.2, §5.3.2).
    static constexpr bool on_response(const message::view&, const net::arrival&) { return false; }

    // A datagram is done with.
    static constexpr void on_outcome(outcome) {}
};

// Counts every outcome, from 0 and modulo 2^32; see `server.hooks()`.
struct counters : hooks {
    std::array<std::uint32_t, outcome_count> by_outcome{};

    constexpr void on_outcome(outcome o) { ++by_outcome[static_cast<std::size_t>(o)]; }
    constexpr std::uint32_t operator[](outcome o) const { return by_outcome[static_cast<std::size_t>(o)]; }
};

// In place of a guard: whoever sends a datagram with a forged source has the response, of any size, sent to that
// address (RFC 7252 §11.3). For networks where nobody does, and for responses that are no larger than requests.
struct unguarded {};

namespace detail {

template <typename... Parts>
struct parts : Parts... {};

// What the server asks of parts that have it; where none has, there is no code for it.

// They stand between large responses and addresses that nobody has confirmed: echo_guard.hpp.
template <typename Hooks>
concept guarding = requires(Hooks& hooks, const net::endpoint& remote, const byte* echo) {
    { hooks.confirms(remote, std::uint32_t{}, echo) } -> std::same_as<bool>;
};

// They limit the replies to addresses that nobody has confirmed: flood_limit.hpp.
template <typename Hooks>
concept limiting = requires(Hooks& hooks, std::uint32_t now_ms) {
    { hooks.has_token(now_ms) } -> std::same_as<bool>;
    hooks.take_token();
};

// What `server::wait_ms` says when nothing waits: 24 days, as a timeout of type `int` too.
inline constexpr std::uint32_t longest_wait_ms = 0x7fff'ffff;

// They keep the reply to what came by multicast until it is due: leisure.hpp.
template <typename Hooks>
concept deferring = requires(Hooks& hooks, mutable_bytes buffer, net::path& way, std::uint32_t now_ms) {
    { Hooks::deferred_capacity } -> std::convertible_to<std::size_t>;
    { hooks.has_deferred() } -> std::same_as<bool>;
    { hooks.defer(buffer, way, now_ms) } -> std::same_as<bool>;
    { hooks.take_deferred(buffer, way, now_ms) } -> std::same_as<std::size_t>;
    { hooks.deferred_wait_ms(now_ms) } -> std::same_as<std::uint32_t>;
};

}  // namespace detail

// Anything but memory, which stands in front of the parts.
template <typename P>
concept hooks_part = std::is_class_v<P> && !std::convertible_to<P&, mutable_bytes>;

// The hooks made of several parts.
template <hooks_part... Parts>
using profile = std::conditional_t<(std::derived_from<Parts, hooks> || ...), detail::parts<Parts...>,
                                   detail::parts<hooks, Parts...>>;

template <hooks_part... Parts>
constexpr profile<Parts...> make_profile(Parts... parts) {
    if constexpr ((std::derived_from<Parts, hooks> || ...)) return {parts...};
    else return {hooks{}, parts...};
}

}  // namespace mincoap
