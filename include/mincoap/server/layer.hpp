// A layer is a class between the socket and the site that handles all messages alike. A server
// lists its layers after the site, the outermost first:
//
//     server server{socket, site, echo_guard{key}, flood_limit<20, 100>{}, no_response{}, counted};
//
// The server stores a layer that is a temporary. It refers to a layer that is a variable, which
// must outlive the server.
//
// A layer has at least one of the functions of `layer_archetype`. It must not have members of the
// same names with another signature: the compiler rejects them. Each function passes the message on
// by calling its last argument, the rest of the stack. State from the request to its answer lives
// in local variables of that function.
//
//     a datagram came in     receive  each layer, from the outside inwards. Then the server applies
//                            its own rules (RFC 7252). For a request that may be answered:
//                            serve    each layer, from the outside inwards, then the site. The reply
//                            returns through the layers, outwards.
//                            The server writes the reply over the request. It passes outwards
//                            through `receive` as bytes.
//     no datagram came in    emit     each layer, from the outside inwards, until one has a message
//                            to send
//
// The exchange holds a layer's notes about the options of a message, in the layer's type `seen`.
// Each parse resets them. If the layer itself held them, they would leak into the next message when
// an outer layer drops one.
#pragma once

#include <mincoap/handler/handler.hpp>
#include <mincoap/server/exchange.hpp>
#include <mincoap/server/outcome.hpp>

namespace mincoap {

// The value of `idle_ms` if no message is pending: 24 days, which also fits a timeout of type
// `int`.
inline constexpr std::uint32_t forever_ms = 0x7fff'ffff;

// Returns how many milliseconds are left of a period of `whole_ms` that began at `since_ms`. The
// clock may wrap around meanwhile.
[[nodiscard]] constexpr std::uint32_t left_ms(std::uint32_t whole_ms, std::uint32_t since_ms, std::uint32_t now_ms) {
    const std::uint32_t passed_ms = now_ms - since_ms;
    return passed_ms < whole_ms ? whole_ms - passed_ms : 0;
}

// Returns how many milliseconds are left until a time less than 24 days away; 0 if it has passed.
constexpr std::uint32_t left_until_ms(std::uint32_t time_ms, std::uint32_t now_ms) {
    const std::uint32_t left_ms = time_ms - now_ms;
    return left_ms <= forever_ms ? left_ms : 0;
}

// The use of a tag. Tags of different uses are never equal.
enum class tag_purpose : std::uint32_t {
    echo,        // the value of an Echo option; beside the endpoint: the epoch
    duplicate,   // an incoming message; beside the endpoint: its size and a hash of it
    message_id,  // the start of the Message IDs for that endpoint
};

// All layers of the server.
struct all_archetype {
    // Returns true if any layer waits for an answer from that endpoint (NSTART, RFC 7252 §4.7).
    bool awaits(const net::endpoint&) const { return false; }
};

// The rest of the stack, as the server passes it to `receive` and `emit`.
struct next_archetype {
    // Passes the message to the inner layers. Returns the size of the answer in x.buffer, in bytes;
    // 0 if there is none.
    std::size_t operator()(exchange&) const { return 0; }

    // Parses the message again. Call it after the layer has rewritten the message in place and set
    // x.size.
    void reread(exchange&) const {}

    // Answers the request with the layer's own reply. No inner layer sees the request. Returns the
    // size of the answer in x.buffer, in bytes.
    std::size_t answer(exchange&, const reply&) const { return 0; }

    // For `emit`: writes a reply after the header and the token in x.buffer. Returns the size of the
    // message in bytes.
    std::size_t render(exchange&, reply&) const { return 0; }

    // Sets the outcome of the datagram and replaces an earlier one.
    void note(exchange&, outcome) const {}

    // Returns the outcome of the datagram, once the call above has returned. Only for a layer with
    // `static constexpr bool reads_outcomes = true`.
    outcome became(const exchange&) const { return {}; }

    // Returns a Message ID for a message that the layer sends to that endpoint on its own (RFC 7252
    // §4.4).
    std::uint16_t next_message_id(const net::endpoint&) const { return 0; }

    // The same in two steps, for a layer that sends many messages to an endpoint. The offset of an
    // endpoint stays the same, and to compute it takes longer.
    std::uint16_t message_id_offset(const net::endpoint&) const { return 0; }
    std::uint16_t next_message_id(std::uint16_t) const { return 0; }

    // Returns a tag of an endpoint and of 32 bits beside it. Without the guard's key, an attacker cannot
    // predict it.
    std::uint64_t tag(const net::endpoint&, std::uint32_t, tag_purpose) const { return 0; }

    // Returns true if the layer may use memory for the client: its address is confirmed, or no layer
    // confirms addresses.
    bool deserves_memory(const exchange&) const { return true; }

    // For a layer that stores a request: the size of the exchange's protection, 0 or 8 bytes. The first
    // function stores it. The second one restores it before the layer sends, and reserves the bytes
    // that it takes. The third one tells whether the request comes from the same peer as the stored
    // one.
    static constexpr std::size_t protection_size = 0;
    static void keep_protection(const exchange&, byte*) {}
    static void restore_protection(exchange&, const byte*) {}
    static bool has_peer_of(const exchange&, const byte*) { return true; }

    // For a layer that has decrypted a request and called `reread`: returns true if the guard has sent
    // the Echo option of the request to this address not long ago. The second function makes a
    // challenge, 4.01 with Echo, of the answer, and returns its size.
    bool has_fresh_echo(exchange&) const { return false; }
    std::size_t challenge(exchange&) const { return 0; }

    // True if the site has a resource that can be observed (RFC 7641).
    static constexpr bool may_be_observed = true;

    // For `emit`: lets the inner layers send. Returns the result of their `emit`.
    std::size_t emit(exchange&) const { return 0; }

    // For `emit`: passes a request of x.size bytes in x.buffer, which a layer has stored, to the
    // inner layers and the site. Its sender counts as confirmed, and `x.emitted` is true. Returns
    // the size of the answer in bytes. A layer calls it once for a message.
    std::size_t ask(exchange&) const { return 0; }

    // Returns all layers, as the server passes them to `idle_ms`.
    const all_archetype& all() const { return all_; }

private:
    all_archetype all_;
};

// The rest of the stack, as the server passes it to `serve`.
struct next_server_archetype {
    // Returns the reply of the inner layers and the site.
    reply operator()(const request&) const { return code::not_found; }

    // Returns the critical options that the site understands in this request.
    option_set accepted_options(const request&) const { return every_option; }

    // Returns the same as `deserves_memory` of `next_archetype`.
    bool deserves_memory() const { return true; }
};

// The functions of a layer. Each body here is the default for a layer without that function.
struct layer_archetype {
    // Notes about one message's options, zero at first. `receive` may omit this parameter if it
    // needs no notes. `option` is called for each option while the message is parsed.
    struct seen {};
    static void option(seen&, const message::option_view&) {}

    // Called for each datagram, with x.size bytes in x.buffer, even if x.error is set. Returns the
    // size of the answer in x.buffer, in bytes; 0 if there is none.
    std::size_t receive(exchange& x, seen&, auto next) { return next(x); }

    // Called for each request for the site, also if x.refusal says why the site must not see it.
    // Return `reply::nothing()` to send no response.
    reply serve(exchange&, const request& r, auto next) { return next(r); }

    // Called when no datagram came in. Writes a message of the layer's own into x.buffer and its
    // route into x.from.route. Returns its size in bytes; 0 if there is nothing to send.
    std::size_t emit(exchange& x, auto next) { return next.emit(x); }

    // Returns for how many milliseconds `emit` has nothing to send unless a datagram comes in. At 0,
    // `emit` is called now. The server asks before each datagram. `all` is an
    // `all_archetype`.
    std::uint32_t idle_ms(std::uint32_t /*now_ms*/, const auto& /*all*/) const { return forever_ms; }

    // Returns true if the layer waits for an answer from that endpoint.
    bool awaits(const net::endpoint&) const { return false; }

    // Called after each datagram with its outcome.
    void count(outcome) {}
};

// A layer may also declare these members:
//
//     static constexpr std::size_t min_message_size = 22;
//         The server's memory has at least so many bytes.
//     static constexpr bool guards = true;
//         It keeps large responses from unconfirmed addresses. Exactly one layer of a server does.
//     static constexpr bool confirms_addresses = true;
//         It sets x.from.confirmed.
//     std::uint64_t tag(const net::endpoint&, std::uint32_t beside, tag_purpose) const;
//         Returns what next.tag returns. A guard has it.
//     static constexpr std::size_t protection_overhead = 18;
//         It decrypts requests, and encrypts their answers, which get larger by at most so many bytes.
//     static constexpr bool reads_outcomes = true;
//         It calls next.became.
//     struct once;   or   using once = ...;
//         A server takes only one of the layers with the same `once`; by default, one of each type.
//     template <typename Outside, typename Inside>
//     static consteval void check();
//         static_asserts about the layers around it. Outside and Inside are layer_list<...>.

// The types of some layers of a server.
template <typename... Layers>
struct layer_list {
    // Returns true if the function template `bool is<Layer>()` returns true for any of them.
    [[nodiscard]] static consteval bool any([[maybe_unused]] auto is) {
        return (is.template operator()<Layers>() || ...);
    }
};

}  // namespace mincoap
