// The event loop of a server: it receives until the socket would block, and only then waits.
//
//   return posix::run(server, *socket) ? 1 : 0;  // until SIGINT or SIGTERM
//
// A loop of your own uses the same pieces: `drain`, `idle_ms` after it, `is_blocked` of the server and of a
// burst_socket, `native_handle`, `interfaces_handle` and `rejoin` of the socket, and `native_handle` of
// a stop_source. See examples/event_loop.cpp.
#pragma once

#include <mincoap/posix/clock.hpp>
#include <mincoap/posix/stop_source.hpp>
#include <mincoap/posix/udp_socket.hpp>
#include <mincoap/posix/wait.hpp>
#include <mincoap/server/server.hpp>

namespace mincoap::posix {

// Does nothing, and never needs to.
struct no_work {
    constexpr std::uint32_t operator()(std::uint32_t) const { return forever_ms; }
};

// Polls until the server has nothing to do, and at most 256 times, so that a flood does not prevent the
// other work of a loop. Reads the clock for each 8th poll, because under load that costs as much as a
// tenth of a poll. Returns the last result.
template <typename Server>
poll_result drain(Server& server) {
    auto last = poll_result::idle;
    std::uint32_t now = 0;
    for (int polls = 0; polls != 256; ++polls) {
        if (polls % 8 == 0) now = now_ms();
        last = server.poll(now);
        if (last == poll_result::idle || last == poll_result::blocked || last == poll_result::error) break;
    }
    return last;
}

// Returns for how many milliseconds a loop may wait for its descriptors after `drain` returned `last`. This
// is 0 if `drain` stopped at its limit: a burst_socket may have datagrams then, and its descriptor need
// not be readable.
template <typename Server>
std::uint32_t idle_ms(const Server& server, poll_result last, std::uint32_t now_ms) {
    return last == poll_result::idle || last == poll_result::blocked ? server.idle_ms(now_ms) : 0;
}

namespace detail {

// Returns true if the socket itself has answers that wait, as a burst_socket may.
template <typename Socket>
bool has_blocked_answers(const Socket& socket) {
    if constexpr (requires { socket.is_blocked(); }) return socket.is_blocked();
    else return false;
}

}  // namespace detail

// Serves until a stop is requested. It then leaves datagrams that the server has not received, which
// their clients send again.
//   server   a server on `socket`, or on decorators around it
//   socket   a udp_socket or burst_socket of this adapter, or one with native_handle, interfaces_handle, rejoin and
//            last_error
//   stop     ends the loop; made before the program starts a thread
//   work     is called with `now_ms` before each wait, and at least after 256 datagrams. Returns after how many
//            milliseconds to call it again, `forever_ms` for no such limit.
//   other    a descriptor that also ends the wait while it is readable, such as an eventfd that another thread
//            writes to; `work` reads it. -1 for none. For several, pass an epoll descriptor that watches them.
// Returns no error after a stop. Returns the socket's error if the socket broke. Congestion, an
// unreachable peer or an ICMP error does not end the loop.
template <typename Server, typename Socket, typename Work = no_work>
std::error_code run(Server& server, Socket& socket, const stop_source& stop, Work&& work = {}, int other = -1) {
    if (stop.error()) return stop.error();
    const detail::wait_set all{socket.native_handle(), socket.interfaces_handle(), stop.native_handle(), other};
    for (;;) {
        const poll_result last = drain(server);
        if (last == poll_result::error) return socket.last_error();
        const std::uint32_t now = now_ms();
        const auto work_ms = static_cast<std::uint32_t>(work(now));
        const std::uint32_t server_ms = idle_ms(server, last, now);
        const bool is_blocked = server.is_blocked() || detail::has_blocked_answers(socket);
        const detail::woken by = detail::wait(all, is_blocked, work_ms < server_ms ? work_ms : server_ms);
        if (by.by_stop) return {};
        if (by.by_interfaces) socket.rejoin();
    }
}

// The same until SIGINT or SIGTERM.
template <typename Server, typename Socket>
std::error_code run(Server& server, Socket& socket) {
    return run(server, socket, stop_source{});
}

}  // namespace mincoap::posix
