// core <requests>: has that many GET /hello answered over a socket that is a piece of memory.
// core <requests> --loop: takes the same datagrams from the socket and gives it the same answers, without a server.
//
// GUARD is what guards the server: in a program of its own each, as in an image.
#include <cstdlib>

#include "memory_socket.hpp"
#include "site.hpp"

namespace {

// CON GET /hello, with a token of two bytes.
constexpr mincoap::byte request[]{0x42, 0x01, 0x12, 0x34, 0xca, 0xfe, 0xb5, 'h', 'e', 'l', 'l', 'o'};
constexpr std::size_t reply_size = 18;

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return EXIT_FAILURE;
    const auto requests = static_cast<std::size_t>(std::atol(argv[1]));
    memory_socket socket{.request = request, .reply_size = reply_size};
    if (argc > 2) {
        answer_without_a_server(socket, requests);
    } else {
        mincoap::server server{socket, site, memory, GUARD};
        for (std::size_t i = 0; i < requests; ++i) server.poll(0);
    }
    return socket.answered == requests ? EXIT_SUCCESS : EXIT_FAILURE;
}
