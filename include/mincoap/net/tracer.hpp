// A socket around another one that tells a function of each datagram in and out: `tracer`.
//
//   mincoap::net::tracer traced{socket, [](const mincoap::net::traced& t) { log(t.direction, t.datagram); }};
//   mincoap::server server{traced, site, mincoap::unguarded{}};
#pragma once

#include <concepts>
#include <utility>

#include <mincoap/net/udp_socket.hpp>

namespace mincoap::net {

enum class direction : byte { in, out };

// A datagram that was received, or that the inner socket took to send it.
struct traced {
    net::direction direction{};
    bytes datagram;          // valid during the call only
    net::arrival arrival{};  // if it went out: its size and its path; `truncated` if `datagram` is its beginning only
};

// The function is called once for each datagram: after it was received, or after `send` said `done`. An answer that the
// inner socket does not take yet is told once it takes it.
//
// The socket outlives the tracer, which keeps the function.
template <udp_socket Socket, std::invocable<const traced&> Function>
class tracer {
public:
    constexpr tracer(Socket& given_socket, Function tell)
        requires(!lending_socket<Socket>)
        : socket_(given_socket), tell_(std::move(tell)) {}

    // Around a socket that lends: the memory of an answer is no longer the caller's when `send` says `done`.
    //   given_socket   lends, and outlives the tracer
    //   tell           is called as above
    //   given_memory   keeps the beginning of each answer until then, as many bytes as fit; outlives the tracer
    constexpr tracer(Socket& given_socket, Function tell, mutable_bytes given_memory)
        requires lending_socket<Socket>
        : socket_(given_socket), tell_(std::move(tell)), memory_(given_memory) {}

    constexpr status receive(buffer_of<Socket> buffer, arrival& arrival) {
        const status got = socket_.receive(buffer, arrival);
        if (got == status::done) tell_(traced{direction::in, buffer.first(arrival.size), arrival});
        return got;
    }

    constexpr status send(bytes datagram, const route& route) {
        const bytes seen = copy_of(datagram);
        const bool is_cut = seen.size() < datagram.size();
        const status sent = socket_.send(datagram, route);
        if (sent == status::done)
            tell_(traced{direction::out, seen, {.size = datagram.size(), .truncated = is_cut, .route = route}});
        return sent;
    }

private:
    constexpr bytes copy_of(bytes datagram) {
        if constexpr (!lending_socket<Socket>) return datagram;
        const std::size_t size = datagram.size() < memory_.size() ? datagram.size() : memory_.size();
        copy_bytes(datagram.data(), size, memory_.data());
        return memory_.first(size);
    }

    Socket& socket_;
    [[no_unique_address]] Function tell_;
    mutable_bytes memory_;
};

}  // namespace mincoap::net
