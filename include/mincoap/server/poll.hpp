// One step of a server: a datagram from the socket to the core, and its answer back.
#pragma once

#include <mincoap/server/core.hpp>

namespace mincoap {

enum class poll_result : byte {
    idle,     // there was nothing to do
    served,   // a datagram was answered; there may be more
    ignored,  // a datagram was dropped; there may be more
    blocked,  // the socket does not take the answer now; the next poll sends it, before it receives anything
    error,    // the socket failed, and says why; an answer that it failed to send is lost
};

namespace detail {

template <net::udp_socket Socket>
poll_result send_reply(Socket& socket, exchange& e) {
    const net::status sent = socket.send(e.buffer.first(e.reply_size), e.in.path);
    if (sent == net::status::would_block) return poll_result::blocked;
    e.reply_size = 0;
    return sent == net::status::done ? poll_result::served : poll_result::error;
}

}  // namespace detail

// Serves at most one datagram. Never waits.
template <net::udp_socket Socket, handler Handler, typename Hooks>
poll_result poll(Socket& socket, exchange& e, const Handler& handler, std::uint32_t now_ms, Hooks& hooks) {
    if (e.reply_size == 0) {
        const net::status received = socket.receive(e.buffer, e.in);
        if (received == net::status::would_block) return poll_result::idle;
        if (received == net::status::failed) return poll_result::error;

        e.reply_size = respond(e, handler, now_ms, hooks);
        if (e.reply_size == 0) return poll_result::ignored;
    }
    return detail::send_reply(socket, e);
}
template <net::udp_socket Socket, handler Handler>
poll_result poll(Socket& socket, exchange& e, const Handler& handler, std::uint32_t now_ms) {
    hooks none;
    return poll(socket, e, handler, now_ms, none);
}

}  // namespace mincoap
