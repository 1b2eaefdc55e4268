// A server per core, on sockets that share a port (SO_REUSEPORT).
//
//   const auto serve = [&](posix::udp_socket& socket, const posix::core& on) {
//       coap::counters counted;  // layers of this core alone
//       coap::server server{socket, site, coap::echo_guard{key}, counted};
//       return posix::run(server, socket, on.stop);
//   };
//   return posix::run_on_cores(4, {.port = 5683}, serve) ? 1 : 0;
//
// The kernel chooses the socket by the peer's address and port, so the memory for a peer is in the
// layers of one core: `deduplicate`, `observers`, `separate` and `outbox` work as on one core. All
// guards share the key.
//
// The handlers of several cores run at the same time. A variable that one of them writes needs
// std::atomic or a mutex. Cores do not share these:
//   - `changed` notifies the observers of its own core. Let the work of each core compare a version
//     number, and call `changed` of its own server. See examples/cores.cpp.
//   - An OSCORE context counts the numbers that it has used and received. Two cores with copies of it
//     would use a nonce twice, which reveals what they protect. Serve OSCORE from one core.
//   - A ticket belongs to the server of its core.
//   - A group is joined on one socket only, or each core answers.
#pragma once

#include <vector>

#include <mincoap/posix/stop_source.hpp>
#include <mincoap/posix/udp_socket.hpp>

namespace mincoap::posix {

// One of the cores that serve together.
struct core {
    std::size_t number;  // 0 for the calling thread, which joins the groups
    const stop_source& stop;
};

namespace detail {

// Calls serve(context, number) in `count` threads, the calling one included, until all have returned.
std::error_code run_threads(std::size_t count, const stop_source& stop, void* context,
                            std::error_code (*serve)(void*, std::size_t));

}  // namespace detail

// Returns the number of cores that this process may use, at least 1.
std::size_t available_cores();

// Calls serve(socket, core) for each socket, in a thread per socket, the calling one included. The
// threads are not pinned: set CPUAffinity= in systemd, or call pthread_setaffinity_np in `serve`.
// Returns once all calls have returned. If one returns, for whatever reason, a stop is requested of
// the others.
//   sockets  those of `bind_shared`
//   stop     made before the program starts a thread, so that all threads block its signals
//   serve    runs a server and returns its error; it is called by several threads at once
// Returns the first error of a core, no error after a stop. Also returns the system's error if there
// is no thread for a core: resource_unavailable_try_again. Passes on an exception of `serve` in the
// calling thread, after the other calls have returned. In another thread, an exception ends the program.
template <typename Serve>
std::error_code run_on_cores(std::vector<udp_socket>& sockets, const stop_source& stop, Serve&& serve) {
    const auto serve_at = [&](std::size_t number) { return serve(sockets[number], core{number, stop}); };
    const auto call = [](void* context, std::size_t number) -> std::error_code {
        return (*static_cast<decltype(serve_at)*>(context))(number);
    };
    void* const context = const_cast<void*>(static_cast<const void*>(&serve_at));
    return detail::run_threads(sockets.size(), stop, context, call);
}

// The same on `count` new sockets, until SIGINT or SIGTERM. 0 stands for all available cores. Also
// returns the errors of `bind_shared`.
template <typename Serve>
std::error_code run_on_cores(std::size_t count, const net::endpoint& at, Serve&& serve) {
    const stop_source stop;
    auto sockets = udp_socket::bind_shared(at, count == 0 ? available_cores() : count);
    return sockets ? run_on_cores(*sockets, stop, serve) : sockets.error();
}

}  // namespace mincoap::posix
