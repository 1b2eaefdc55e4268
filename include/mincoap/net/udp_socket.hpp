// The UDP socket that a server stands on: the concept, its contract, and the smallest type that fulfils it.
//
// For users of a socket: neither call waits. One datagram in, at most one out.
//
//   mutable_bytes buffer = storage;          // before each call of `receive`
//   if (socket.receive(buffer, arrival) == status::done) {
//       ...                                  // the datagram is buffer.first(arrival.size); build the answer in `buffer`
//       socket.send(buffer.first(size), arrival.route);
//   }
//
// For those who write one:
//   receive(buffer, arrival)   takes one datagram, if there is one, and describes it in `arrival`.
//     done         `arrival` is whole. The first arrival.size bytes of `buffer` are the datagram; arrival.size may be 0.
//     would_block  there was none; `arrival` and `buffer` are unspecified. So is everything that concerns one datagram or
//                  one peer only, such as an ICMP error that came back for an earlier reply: skip it and try the next
//                  one.
//     failed       the socket itself is broken; how, the socket says in its own words. The next call may go better.
//   send(datagram, path)  sends one datagram to path.remote from path.local.
//     done         the stack took it; or it can never be sent (too large for the link, no route to the peer), which
//                  for the peer is a loss on the way.
//     would_block  not now: the caller keeps the datagram and tries again. A server does so for `send_patience_ms`.
//     failed       as above.
//
// `buffer` is the caller's storage at first. A socket either copies or lends:
//   - A socket that copies writes the datagram into the storage. It may take `buffer` by value. If it takes a
//   reference,
//     it may shorten `buffer` to the largest answer that goes out as one packet, but neither below arrival.size nor below
//     `min_lent_size`.
//   - A socket that lends takes `buffer` by reference and sets it to memory of its own, in which the datagram lies. The
//     whole of `buffer` can be written; its size is that of the largest answer. It has at least `min_lent_size` bytes
//     and at most as many as the storage. If the datagram lies where there is less, or is larger than the storage, the
//     socket copies it. It leaves the storage alone when it lends.
// Lent memory is the caller's until the next call of `receive`, or until `send` says `done` or `failed`, whatever was
// sent. After `would_block` the caller still has it. `send` recognises a datagram that lies in lent memory and sends it
// without a copy; it may overwrite the bytes around that datagram, but not the datagram. A caller that answers nothing
// just calls `receive` again, and the socket takes its memory back.
//
// A socket never throws, never waits, and keeps no reference to the memory it was given.
#pragma once

#include <concepts>

#include <mincoap/net/endpoint.hpp>

namespace mincoap::net {

enum class status : byte { done, would_block, failed };

// For how many milliseconds a full queue of the socket's blocks a server before the server drops the answer.
inline constexpr std::uint32_t send_patience_ms = 100;

// The least memory that a socket lends, in bytes: any request can be answered in it with header, token and the Echo
// option of a challenge.
inline constexpr std::size_t min_lent_size = 22;

// From where to where: the way of a received datagram, and with the same values that of its answer.
struct route {
    endpoint remote;

    // The address and the interface that the datagram was sent to, so that the answer leaves from the address that
    // was asked. Never a multicast or broadcast address: those leave it unspecified, but for the interface.
    endpoint local;
};

struct arrival {
    std::size_t size = 0;    // bytes of the datagram that are in the buffer
    bool multicast = false;  // it was sent to a multicast or broadcast address
    bool truncated = false;  // it was longer than the storage; the rest is lost
    net::route route{};
};

// A `receive` that took a copy of the arrival, or a constant one, could not describe the datagram.
template <typename S>
concept udp_socket = requires(S& socket, mutable_bytes buffer, bytes datagram, arrival& arrival, const route& route) {
    { socket.receive(buffer, arrival) } -> std::same_as<status>;
    requires !requires { socket.receive(buffer, net::arrival{}); };
    { socket.send(datagram, route) } -> std::same_as<status>;
};

// A socket that may lend, since it takes `buffer` by reference. For any other one, a server need not look where the
// datagram lies.
template <typename S>
concept lending_socket =
    udp_socket<S> && !requires(S& socket, arrival& arrival) { socket.receive(mutable_bytes{}, arrival); };

// For a socket around another one: its `receive(buffer_of<S> buffer, arrival& arrival)` lends if S does.
template <udp_socket S>
using buffer_of = std::conditional_t<lending_socket<S>, mutable_bytes&, mutable_bytes>;

// The archetype: what the concept asks for, and nothing else.
struct null_socket {
    status receive(mutable_bytes, arrival&) { return status::would_block; }
    status send(bytes, const route&) { return status::done; }
};
static_assert(udp_socket<null_socket> && !lending_socket<null_socket>);

}  // namespace mincoap::net
