// server <folder>: serves a folder below /fs, and its links, on a free UDP port, which it prints. No guard asks for an
// Echo option, so that each request gets its block.
#include <cstdio>
#include <cstdlib>

#include <mincoap/mincoap.hpp>
#include <mincoap/posix/directory.hpp>
#include <mincoap/posix/udp_socket.hpp>

static constinit mincoap::posix::directory files;
static constexpr auto site =
    mincoap::routes(mincoap::below<"fs">(mincoap::posix::get_files(files)), mincoap::filtered_well_known_core);

int main(int argc, char** argv) {
    if (argc < 2) return EXIT_FAILURE;
    auto opened = mincoap::posix::directory::open(argv[1]);
    auto socket = mincoap::posix::udp_socket::bind(0);
    if (!opened || !socket) return EXIT_FAILURE;
    files = std::move(*opened);
    std::printf("%u\n", socket->local_port());
    std::fflush(stdout);

    mincoap::server server{*socket, site, mincoap::unguarded{}};
    while (server.poll(0) != mincoap::poll_result::error) socket->wait();
    return EXIT_FAILURE;
}
