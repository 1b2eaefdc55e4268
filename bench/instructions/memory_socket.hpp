// The socket of core.cpp and routes.cpp: it has one request, again and again, and counts the answers of the right size.
#pragma once

#include <cstring>

#include <mincoap/mincoap.hpp>

struct memory_socket {
    mincoap::bytes request;
    std::size_t reply_size;
    std::size_t answered = 0;

    // Not inlined, so that the compiler knows neither the request nor the fate of the answer.
    [[gnu::noinline]] mincoap::net::status receive(mincoap::mutable_bytes storage, mincoap::net::arrival& in) {
        asm volatile("" : "+m"(answered));
        std::memcpy(storage.data(), request.data(), request.size());
        in.size = request.size();
        return mincoap::net::status::done;
    }
    [[gnu::noinline]] mincoap::net::status send(mincoap::bytes datagram, const mincoap::net::path& way) {
        asm volatile("" : : "r"(datagram.data()), "r"(&way) : "memory");
        if (datagram.size() == reply_size) ++answered;
        return mincoap::net::status::done;
    }
};

inline mincoap::server_memory<> memory;

// Takes so many datagrams from the socket and gives it the same answers, without a server.
inline void answer_without_a_server(memory_socket& socket, std::size_t requests) {
    mincoap::net::arrival in;
    for (std::size_t i = 0; i < requests; ++i) {
        socket.receive(memory.message, in);
        socket.send({memory.message.data(), socket.reply_size}, in.path);
    }
}
