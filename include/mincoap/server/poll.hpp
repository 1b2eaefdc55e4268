// One step of a server: a datagram from the socket to the core, and its answer back.
#pragma once

#include <mincoap/server/core.hpp>

namespace mincoap {

enum class poll_result : byte {
    idle,      // there was nothing to do
    served,    // a datagram was answered; there may be more
    ignored,   // a datagram was dropped; there may be more
    deferred,  // a datagram will be answered once its leisure has passed; there may be more
    blocked,   // the socket does not take the answer now; the next poll sends it, before it receives anything
    unsent,    // an answer is lost, since the socket took none for `net::send_patience_ms`; there may be more
    error,     // the socket failed, and says why; an answer that it failed to send is lost
};

namespace detail {

// For how many milliseconds the socket has taken no answer, to 2 ms.
constexpr std::uint32_t full_for_ms(const exchange& e, std::uint32_t now_ms) { return (now_ms | 1) - e.full_since_ms; }

// The answer stays in its buffer while it waits. The patience is that with one full queue: it delays others once, not
// with each answer that meets it.
constexpr poll_result wait_or_drop(exchange& e, std::uint32_t now_ms) {
    if (e.full_since_ms == 0) e.full_since_ms = now_ms | 1;
    if (full_for_ms(e, now_ms) < net::send_patience_ms) return poll_result::blocked;
    e.reply_size = 0;
    return poll_result::unsent;
}

template <net::udp_socket Socket>
poll_result send_reply(Socket& socket, exchange& e, std::uint32_t now_ms) {
    const net::status sent = socket.send(e.buffer.first(e.reply_size), e.in.path);
    if (sent == net::status::would_block) return wait_or_drop(e, now_ms);
    e.reply_size = 0;
    if (sent == net::status::failed) return poll_result::error;
    e.full_since_ms = 0;
    return poll_result::served;
}

// Moves the reply into the hooks.
template <deferring Hooks>
constexpr poll_result defer(exchange& e, std::uint32_t now_ms, Hooks& hooks) {
    const bool kept = hooks.defer(e.buffer.first(e.reply_size), e.in.path, now_ms);
    e.reply_size = 0;
    return kept ? poll_result::deferred : poll_result::ignored;
}

}  // namespace detail

// Serves at most one datagram. Never waits. Where `now_ms` stays the same, a blocked answer waits for the socket without
// end.
template <net::udp_socket Socket, handler Handler, typename Hooks>
poll_result poll(Socket& socket, exchange_for<Socket>& e, const Handler& handler, std::uint32_t now_ms, Hooks& hooks) {
    if constexpr (net::lending_socket<Socket>)
        if (e.reply_size == 0) e.buffer = e.storage;
    if constexpr (detail::deferring<Hooks>)
        if (e.reply_size == 0) e.reply_size = hooks.take_deferred(e.buffer, e.in.path, now_ms);
    if (e.reply_size == 0) {
        const net::status received = socket.receive(e.buffer, e.in);
        if (received == net::status::would_block) return poll_result::idle;
        if (received == net::status::failed) return poll_result::error;

        e.reply_size = respond(e, handler, now_ms, hooks);
        if (e.reply_size == 0) return poll_result::ignored;
        if constexpr (detail::deferring<Hooks>)
            if (e.in.multicast) return detail::defer(e, now_ms, hooks);
    }
    return detail::send_reply(socket, e, now_ms);
}
template <net::udp_socket Socket, handler Handler>
poll_result poll(Socket& socket, exchange_for<Socket>& e, const Handler& handler, std::uint32_t now_ms) {
    hooks none;
    return poll(socket, e, handler, now_ms, none);
}

}  // namespace mincoap
