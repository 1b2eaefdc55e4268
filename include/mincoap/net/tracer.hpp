// `tracer` is a socket around another one that calls a function for each datagram in and out.
//
//   mincoap::net::tracer traced{socket, [](const mincoap::net::traced& t) { log(t.direction, t.datagram); }};
//   mincoap::server server{traced, site, mincoap::unguarded{}};
#pragma once

#include <concepts>
#include <utility>

#include <mincoap/net/udp_socket.hpp>

namespace mincoap::net {

enum class direction : byte { in, out };

// A datagram that was received, or that the inner socket took for sending.
struct traced {
    net::direction direction{};
    bytes datagram;          // valid during the call only
    net::arrival arrival{};  // if it went out: its size and route; `truncated` if `datagram` is its beginning only
};

// Calls the function once for each datagram, after it was received or after `send` returned `done`.
// If the inner socket does not take an answer yet, the call follows once the socket takes it.
//
// The socket must outlive the tracer. The tracer keeps the function.
template <udp_socket Socket, std::invocable<const traced&> Function>
class tracer {
public:
    constexpr tracer(Socket& given_socket, Function tell)
        requires(!lending_socket<Socket>)
        : socket_(given_socket), tell_(std::move(tell)) {}

    // For a socket that lends. It takes back the memory of an answer when `send` returns `done`, so
    // the tracer copies the answer before.
    //   given_socket   lends, and must outlive the tracer
    //   tell           called as above
    //   given_memory   holds the beginning of each answer, as many bytes as fit; must outlive the tracer
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
