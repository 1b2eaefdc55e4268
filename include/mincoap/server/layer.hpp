// A layer: a class between the socket and the site, which deals with all messages alike. Layers are named beside
// each other, the outermost first:
//
//     server server{socket, site, echo_guard{key}, flood_limit<20, 100>{}, no_response{}, counted};
//
// A layer that is a temporary is kept in the server; one that is a variable is referred to, and outlives the server.
//
// A layer has one or more of the functions of `layer_archetype`, and nothing that is not one of them by these names.
// Each goes on by its last argument, the rest of the stack; a local variable holds all that it remembers from the
// request to the answer.
//
//     a datagram came in     receive  of each layer from outside inwards; then the server's own rules (RFC 7252), and
//                            for a request that may be answered
//                            serve    of each layer from outside inwards, the site, and outwards again: a reply
//                            the reply is written over the request, and goes outwards through `receive`: bytes
//     nothing came in        emit     of each layer from outside inwards, until one has something to send
//
// The notes of a layer about a message's options are kept in the exchange, in its `seen`, and begin anew with each
// parse: in the layer, they would stay from one message to the next where a layer outside drops one.
#pragma once

#include <mincoap/handler/handler.hpp>
#include <mincoap/server/exchange.hpp>
#include <mincoap/server/outcome.hpp>

namespace mincoap {

// The value of `idle_ms` where nothing is to come: 24 days, as a timeout of type `int` too.
inline constexpr std::uint32_t forever_ms = 0x7fff'ffff;

// How much is left of a time that began at `since_ms`. A clock may wrap around meanwhile.
constexpr std::uint32_t left_ms(std::uint32_t whole_ms, std::uint32_t since_ms, std::uint32_t now_ms) {
    const std::uint32_t passed_ms = now_ms - since_ms;
    return passed_ms < whole_ms ? whole_ms - passed_ms : 0;
}

// The use of a tag. A tag of one use is never a tag of another.
enum class tag_purpose : std::uint32_t {
    echo,        // the value of an Echo option; beside the endpoint: the epoch
    duplicate,   // a message that came in; beside the endpoint: its size and a hash of it
    message_id,  // where the Message IDs for that endpoint begin
};

// The rest of the stack, as `receive` and `emit` are given it.
struct next_archetype {
    // Hands the message to the layers inside. Returns the size of the answer in x.buffer; 0: none.
    std::size_t operator()(exchange&) const { return 0; }

    // Parses the message once more, of x.size bytes, which the layer has rewritten in place.
    void reread(exchange&) const {}

    // Answers the request by a reply of the layer's own; no layer inside sees it. Returns as the call above.
    std::size_t answer(exchange&, const reply&) const { return 0; }

    // For `emit`: writes a reply behind the header and the token in x.buffer. Returns the size of the message.
    std::size_t render(exchange&, const reply&) const { return 0; }

    // Tells the outcome of the datagram, in place of the one that was told before.
    void note(exchange&, outcome) const {}

    // After the call: the outcome of the datagram. For a layer that says `static constexpr bool reads_outcomes = true`.
    outcome became(const exchange&) const { return {}; }

    // Returns a Message ID for a message that the layer sends to that endpoint by itself (RFC 7252 §4.4).
    std::uint16_t next_message_id(const net::endpoint&) const { return 0; }

    // Returns a tag of an endpoint, and of 32 bits beside it, that nobody can predict without the guard's key.
    std::uint64_t tag(const net::endpoint&, std::uint32_t, tag_purpose) const { return 0; }

    // Returns true if the layer may keep something for the client: its address is confirmed, or no layer confirms
    // addresses.
    bool deserves_memory(const exchange&) const { return true; }

    // Returns true if the site says that the resource of the request can be observed (RFC 7641).
    bool is_observable(const exchange&) const { return true; }

    // For `emit`: what the layers inside have to send, as `emit` returns it.
    std::size_t emit(exchange&) const { return 0; }

    // For `emit`: x.buffer holds a request of x.size bytes, which a layer has kept. The layers inside and the site
    // answer it as a request from a confirmed address. `x.emitted` is true then.
    std::size_t ask(exchange&) const { return 0; }

    // True if any layer waits for an answer from that endpoint (NSTART, RFC 7252 §4.7).
    bool awaits(const net::endpoint&) const { return false; }
};

// The rest of the stack, as `serve` is given it.
struct next_server_archetype {
    reply operator()(const request&) const { return code::not_found; }

    // The critical options that the site understands of the request.
    option_set accepted_options(const request&) const { return every_option; }

    // As above.
    bool deserves_memory() const { return true; }
};

// The functions, each doing what happens without it.
struct layer_archetype {
    // Its notes about one message's options: zero at first. It may be left out of `receive` where it is not needed.
    struct seen {};
    static void option(seen&, const message::option_view&) {}

    // A datagram came in, of x.size bytes, whether it has an x.error or not. Returns the size of the answer in
    // x.buffer, in bytes; 0: there is none.
    std::size_t receive(exchange& x, seen&, auto next) { return next(x); }

    // A request for the site, or for the refusal in x.refusal. `reply::nothing()` says nothing.
    reply serve(exchange&, const request& r, auto next) { return next(r); }

    // Nothing came in: puts a message of the layer's own into x.buffer, and its way into x.from.route. Returns its size;
    // 0: there is none.
    std::size_t emit(exchange& x, auto next) { return next.emit(x); }

    // Returns for how many milliseconds `emit` has nothing to send unless a datagram comes; 0: it is called now. The
    // server asks before each datagram. `all.awaits(endpoint)` is as above.
    std::uint32_t idle_ms(std::uint32_t /*now_ms*/, const auto& /*all*/) const { return forever_ms; }

    // True if it waits for an answer from that endpoint.
    bool awaits(const net::endpoint&) const { return false; }

    // The outcome of a datagram.
    void count(outcome) {}
};

// Besides, a layer may say
//
//     static constexpr std::size_t min_message_size = 22;  the server's memory has so many bytes at least
//     static constexpr bool guards = true;      it stands between large responses and unconfirmed addresses
//     static constexpr bool confirms_addresses = true;  it sets x.from.confirmed
//     std::uint64_t tag(const net::endpoint&, std::uint32_t beside, tag_purpose) const;
//                                               what next.tag returns; a guard has it
//     static constexpr bool reads_outcomes = true;  it calls next.became
//     struct once;   or `using once = ...`      of the layers with the same `once`, one may stand in a server; without
//                                               it the layer is that type itself
//     template <typename Outside, typename Inside> static consteval void check();
//                                               static_asserts about the layers around it, which are layer_list<...>

template <typename... Layers>
struct layer_list {
    // True if a function template `bool is<Layer>()` is true of one of them.
    static consteval bool any([[maybe_unused]] auto is) { return (is.template operator()<Layers>() || ...); }
};

}  // namespace mincoap
