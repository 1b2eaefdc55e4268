// The UDP socket of a server: the concept, its contract, and the smallest type that fulfils it.
//
// For users of a socket: neither call waits. Each datagram in gets at most one datagram out.
//
//   mutable_bytes buffer = storage;          // before each call of `receive`
//   if (socket.receive(buffer, arrival) == status::done) {
//       ...                                  // the datagram is buffer.first(arrival.size); answer in `buffer`
//       socket.send(buffer.first(size), arrival.route);
//   }
//
// For authors of a socket:
//   receive(buffer, arrival)   takes one datagram, if there is one, and describes it in `arrival`.
//     done         `arrival` is complete. The first arrival.size bytes of `buffer` are the datagram;
//                  arrival.size may be 0.
//     would_block  There is no datagram. `arrival` and `buffer` are unspecified. An error that
//                  concerns one datagram or one peer only, such as an ICMP error for an earlier
//                  reply, counts as no datagram: skip it and try the next one.
//     failed       The socket itself is broken, and reports the cause through its own interface. A
//                  later call may succeed.
//   send(datagram, route)  sends one datagram to route.remote from route.local.
//     done         The stack took it, or can never send it (too large for the link, no route to the
//                  peer). To the peer, the latter looks like a loss on the way.
//     would_block  The stack cannot take it now. The caller keeps the datagram and tries again. A
//                  server does so for `send_patience_ms`.
//     failed       As above.
//
// The caller first sets `buffer` to its storage. A socket either copies or lends:
//   - A socket that copies writes the datagram into the storage. It may take `buffer` by value. If it
//     takes a reference, it may shorten `buffer` to the largest answer that goes out as one packet,
//     but neither below arrival.size nor below `min_lent_size`.
//   - A socket that lends takes `buffer` by reference and sets it to its own memory, which holds the
//     datagram. The caller may write to the whole of `buffer`, whose size is that of the largest
//     answer. It has at least `min_lent_size` bytes and at most as many as the storage. If the
//     datagram lies in less memory, or is larger than the storage, the socket copies it. While it
//     lends, the socket does not write to the storage.
// Lent memory belongs to the caller until the next call of `receive`, or until any call of `send`
// returns `done` or `failed`. After `would_block`, the caller still has it. `send` recognises a
// datagram that lies in lent memory and sends it without a copy. It may overwrite the bytes around
// that datagram, but not the datagram. A caller that does not answer just calls `receive` again, and
// the socket takes its memory back.
//
// A socket never throws, never waits, and keeps no reference to the memory that it was given.
#pragma once

#include <concepts>

#include <mincoap/net/endpoint.hpp>

namespace mincoap::net {

enum class status : byte { done, would_block, failed };

// If the socket's queue stays full for this time, in milliseconds, the server drops the answer.
inline constexpr std::uint32_t send_patience_ms = 100;

// The least memory that a socket lends, in bytes. It has room to answer any request with a header,
// a token and the Echo option of a challenge, also if the layer `oscore` encrypts it.
inline constexpr std::size_t min_lent_size = 40;

// The two endpoints of a received datagram. Its answer is sent with the same values.
struct route {
    endpoint remote;

    // The address and the interface that the datagram was sent to. The answer leaves from the same
    // address. It is never a multicast or broadcast address. If the datagram was sent to one, all
    // but the interface is unspecified.
    endpoint local;
};

struct arrival {
    std::size_t size = 0;    // bytes of the datagram that are in the buffer
    bool multicast = false;  // it was sent to a multicast or broadcast address
    bool truncated = false;  // it was longer than the storage; the rest is lost
    net::route route{};
};

// A `receive` that takes the arrival by value or as a constant is rejected, because it cannot
// describe the datagram.
template <typename S>
concept udp_socket = requires(S& socket, mutable_bytes buffer, bytes datagram, arrival& arrival, const route& route) {
    { socket.receive(buffer, arrival) } -> std::same_as<status>;
    requires !requires { socket.receive(buffer, net::arrival{}); };
    { socket.send(datagram, route) } -> std::same_as<status>;
};

// A socket that takes `buffer` by reference, so it may lend. With any other socket, a server need
// not check where the datagram lies.
template <typename S>
concept lending_socket =
    udp_socket<S> && !requires(S& socket, arrival& arrival) { socket.receive(mutable_bytes{}, arrival); };

// For a socket around another one. Its `receive(buffer_of<S> buffer, arrival& arrival)` lends if S
// does.
template <udp_socket S>
using buffer_of = std::conditional_t<lending_socket<S>, mutable_bytes&, mutable_bytes>;

// The archetype, which has the members that the concept requires and no others.
struct null_socket {
    status receive(mutable_bytes, arrival&) { return status::would_block; }
    status send(bytes, const route&) { return status::done; }
};
static_assert(udp_socket<null_socket> && !lending_socket<null_socket>);

}  // namespace mincoap::net
