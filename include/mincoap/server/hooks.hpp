// What a server tells its application besides requests, and what is done to all requests alike: parts, which are named
// beside each other. A server pays for those that it names.
//
//     server server{socket, site, echo_guard{key}, counters{}, no_response{}};
#pragma once

#include <array>
#include <concepts>
#include <type_traits>
#include <utility>

#include <mincoap/handler/handler.hpp>
#include <mincoap/server/exchange.hpp>

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

// The hooks, doing nothing. Derive from it and redeclare what you want to know. Of several parts with hooks, each is
// called.
struct hooks {
    // What they return, by which a redeclared one is known. As a bool, it is false.
    struct unasked {
        constexpr operator bool() const { return false; }  // NOLINT(*-explicit-*): that of on_response is one
    };

    // A response (piggybacked or separate), or an Empty Acknowledgement or Reset, came in: to a request or a
    // notification that the application sent over the same socket. Return whether it was expected: a Confirmable
    // response is acknowledged then, and otherwise rejected with a Reset (RFC 7252 §4.2, §5.3.2). Of several parts, one
    // that expected it is enough.
    static constexpr unasked on_response(const message::view&, const net::arrival&) { return {}; }

    // A datagram is done with.
    static constexpr unasked on_outcome(outcome) { return {}; }
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

// They know the names of this server: host_names.hpp.
template <typename Hooks>
concept naming = requires(Hooks& hooks, const request& r) {
    { hooks.is_misdirected(r) } -> std::same_as<bool>;
};

// They leave out responses that the client has no interest in: no_response.hpp.
template <typename Hooks>
concept silencing = requires(Hooks& hooks, const request& r) {
    { hooks.unwanted_classes(r) } -> std::same_as<unsigned>;
};

// They say more than the server's own errors do: problem_details.hpp.
template <typename Hooks>
concept explaining = requires(Hooks& hooks, reply& answer, const request& r, const null_handler& handler) {
    hooks.explain(answer, r, handler);
};

// They add an Echo option to responses: preemptive_echo.hpp.
template <typename Hooks>
concept echoing = requires(Hooks& hooks, exchange& e, std::size_t size) {
    { hooks.add_echo(e, size, hooks) } -> std::same_as<std::size_t>;
};

template <typename Hooks>
concept numbering = requires(Hooks& hooks) { hooks.next_message_id(); };

template <typename Part>
concept told_outcomes = requires(Part& part, outcome o) { part.on_outcome(o); };
template <typename Part>
concept shown_responses = requires(Part& part, const message::view& m, const net::arrival& in) {
    { part.on_response(m, in) } -> std::convertible_to<bool>;
};

// `hooks`, with nothing redeclared.
template <typename Part>
concept bare_hooks = requires(Part& part, outcome o, const message::view& m, const net::arrival& in) {
    { part.on_outcome(o) } -> std::same_as<hooks::unasked>;
    { part.on_response(m, in) } -> std::same_as<hooks::unasked>;
};

// What the server asks for, by the concepts above.
struct roles {
    bool guards, limits, defers, names, silences, explains, echoes;

    constexpr bool any() const { return guards || limits || defers || names || silences || explains || echoes; }
};
template <typename Part>
inline constexpr roles roles_of{guarding<Part>,  limiting<Part>,   deferring<Part>, naming<Part>,
                                silencing<Part>, explaining<Part>, echoing<Part>};

template <typename Part>
inline constexpr bool has_use =
    roles_of<Part>.any() || numbering<Part> || std::derived_from<Part, unguarded> || std::same_as<Part, hooks> ||
    ((told_outcomes<Part> || shown_responses<Part>) && !bare_hooks<Part>);

// A number beside each part, so that the same one twice is no error of the compiler's.
template <std::size_t, typename Part>
struct numbered_part : Part {};

template <typename Indices, typename... Parts>
struct all_parts;
template <std::size_t... Indices, typename... Parts>
struct all_parts<std::index_sequence<Indices...>, Parts...> : numbered_part<Indices, Parts>... {
    constexpr void on_outcome(outcome o) { (tell(static_cast<numbered_part<Indices, Parts>&>(*this), o), ...); }
    constexpr bool on_response(const message::view& m, const net::arrival& in) {
        return (show(static_cast<numbered_part<Indices, Parts>&>(*this), m, in) | ... | false);
    }

private:
    static constexpr void tell(auto& part, outcome o) {
        if constexpr (told_outcomes<decltype(part)>) part.on_outcome(o);
    }
    static constexpr bool show(auto& part, const message::view& m, const net::arrival& in) {
        if constexpr (shown_responses<decltype(part)>) return part.on_response(m, in);
        else return false;
    }
};

// What one part has, all together have: where two have a member of the same name, the server would ask neither.
template <typename... Parts>
struct parts : all_parts<std::index_sequence_for<Parts...>, Parts...> {
private:
    using all = all_parts<std::index_sequence_for<Parts...>, Parts...>;
    static constexpr roles kept = roles_of<all>;
    template <typename Part>
    static constexpr unsigned count_of = (0U + ... + std::same_as<Part, Parts>);

    static_assert(((count_of<Parts> == 1) && ...), "mincoap: the server is given the same part twice; leave one out");
    static_assert((has_use<Parts> && ...),
                  "mincoap: a part has no function that the server calls; compare the names and parameters of its "
                  "functions with those of mincoap's own parts");
    static_assert(!(guarding<Parts> || ...) || !(std::derived_from<Parts, unguarded> || ...),
                  "mincoap: unguarded{} says that there is no guard, and echo_guard{key} is one; leave one out");
    static_assert(kept.guards || !(guarding<Parts> || ...),
                  "mincoap: two parts have members with the names of a guard's; leave one guard, or rename the member");
    static_assert(kept.names || !(naming<Parts> || ...),
                  "mincoap: two parts name hosts; give all names to one host_names<...>{}");
    static_assert(kept.limits || !(limiting<Parts> || ...),
                  "mincoap: two parts have members with the names of a limit's; leave one flood_limit{}, or rename the "
                  "member");
    static_assert(kept.defers || !(deferring<Parts> || ...),
                  "mincoap: two parts have members with the names of leisure's; leave one leisure{}, or rename the "
                  "member");
    static_assert(kept.silences || !(silencing<Parts> || ...),
                  "mincoap: two parts have a function unwanted_classes; leave one out");
    static_assert(kept.explains || !(explaining<Parts> || ...),
                  "mincoap: two parts have a function explain; leave one out");
    static_assert(kept.echoes || !(echoing<Parts> || ...),
                  "mincoap: two parts have a function add_echo; leave one out");
};

}  // namespace detail

// Any object but memory, which comes in front of the parts.
template <typename P>
concept hooks_part = std::is_class_v<P> && !std::convertible_to<P&, mutable_bytes>;

// The hooks made of several parts.
template <hooks_part... Parts>
using profile = detail::parts<Parts...>;

template <hooks_part... Parts>
constexpr profile<Parts...> make_profile(Parts... parts) {
    return {{{parts}...}};
}

}  // namespace mincoap
