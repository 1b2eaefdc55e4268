// The UDP socket that a server stands on: the concept, its contract, and the smallest type that fulfils it.
//
// For users of a socket: neither call waits. One datagram in, at most one out.
//
// For those who write one:
//   receive(storage, in)  takes one datagram, if there is one, into `storage`, and tells in `in` what is known of it.
//     done         `in` is whole. in.size bytes of `storage` are the datagram; it may be 0.
//     would_block  there was none; `in` is unspecified. So is everything that concerns one datagram or one peer only,
//                  such as an ICMP error that came back for an earlier reply: skip it and try the next one.
//     failed       the socket itself is broken; how, the socket says in its own words. The next call may go better.
//   send(datagram, path)  sends one datagram to path.remote from path.local.
//     done         the stack took it; or it can never be sent (too large for the link, no route to the peer), which
//                  for the peer is a loss on the way.
//     would_block  not now: the caller keeps the datagram and tries again.
//     failed       as above.
// A socket never throws, never waits, and keeps no reference to the memory it was given.
#pragma once

#include <concepts>

#include <mincoap/net/endpoint.hpp>

namespace mincoap::net {

enum class status : byte { done, would_block, failed };

// From where to where: the way of a received datagram, and with the same values that of its answer.
struct path {
    endpoint remote;

    // The address and the interface that the datagram was sent to, so that the answer leaves from the address that
    // was asked. Never a multicast or broadcast address: those leave it unspecified, but for the interface.
    endpoint local;
};

struct arrival {
    std::size_t size = 0;    // bytes of the datagram that are in the storage
    bool multicast = false;  // it was sent to a multicast or broadcast address
    bool truncated = false;  // it was longer than the storage; the rest is lost
    net::path path{};
};

template <typename S>
concept udp_socket = requires(S& socket, mutable_bytes storage, bytes datagram, arrival& in, const path& way) {
    { socket.receive(storage, in) } -> std::same_as<status>;
    { socket.send(datagram, way) } -> std::same_as<status>;
};

// The archetype: what the concept asks for, and nothing else.
struct null_socket {
    status receive(mutable_bytes, arrival&) { return status::would_block; }
    status send(bytes, const path&) { return status::done; }
};
static_assert(udp_socket<null_socket>);

}  // namespace mincoap::net
