// core <requests>: the server answers <requests> GET /hello over a socket that is a piece of memory.
// core <requests> --loop: takes the same datagrams from the socket and gives it the same answers, without a server.
//
// GUARD is the layer that guards the server. Each guard has its own program, as in an image.
#include <cstdlib>
#include <cstring>

#include "site.hpp"

namespace {

// CON GET /hello, with a token of two bytes.
constexpr mincoap::byte request[]{0x42, 0x01, 0x12, 0x34, 0xca, 0xfe, 0xb5, 'h', 'e', 'l', 'l', 'o'};
constexpr std::size_t reply_size = 18;

struct memory_socket {
    std::size_t answered = 0;

    // Not inlined, so the compiler knows neither the request nor the use of the answer.
    [[gnu::noinline]] mincoap::net::status receive(mincoap::mutable_bytes storage, mincoap::net::arrival& in) {
        asm volatile("" : "+m"(answered));
        std::memcpy(storage.data(), request, sizeof request);
        in.size = sizeof request;
        return mincoap::net::status::done;
    }
    [[gnu::noinline]] mincoap::net::status send(mincoap::bytes datagram, const mincoap::net::route& route) {
        asm volatile("" : : "r"(datagram.data()), "r"(&route) : "memory");
        if (datagram.size() == reply_size) ++answered;
        return mincoap::net::status::done;
    }
};

mincoap::server_memory<> memory;

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return EXIT_FAILURE;
    const auto requests = static_cast<std::size_t>(std::atol(argv[1]));
    memory_socket socket;
    if (argc > 2) {
        mincoap::net::arrival in;
        for (std::size_t i = 0; i < requests; ++i) {
            socket.receive(memory.message, in);
            socket.send({memory.message.data(), reply_size}, in.route);
        }
    } else {
        mincoap::server server{socket, site, memory, GUARD};
        for (std::size_t i = 0; i < requests; ++i) server.poll(0);
    }
    return socket.answered == requests ? EXIT_SUCCESS : EXIT_FAILURE;
}
