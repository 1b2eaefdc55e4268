// process <requests>: a server on a free UDP port, which it prints. Ends after <requests> answers.
#include <cstdio>
#include <cstdlib>

#include <mincoap/posix/udp_socket.hpp>

#include "site.hpp"

int main(int argc, char** argv) {
    if (argc < 2) return EXIT_FAILURE;
    auto socket = mincoap::posix::udp_socket::bind(0);
    if (!socket) return EXIT_FAILURE;
    std::printf("%u\n", socket->local_port());
    std::fflush(stdout);

    mincoap::server server{*socket, site, mincoap::unguarded{}};
    long left = std::atol(argv[1]);
    while (left > 0) {
        socket->wait();
        if (server.poll(0) == mincoap::poll_result::served) --left;
    }
}
