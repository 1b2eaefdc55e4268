// Shared by the short examples: a socket, a server, and the loop around them.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <utility>

#include <mincoap/mincoap.hpp>
#include <mincoap/posix/entropy.hpp>
#include <mincoap/posix/run.hpp>
#include <mincoap/posix/udp_socket.hpp>

namespace example {

// Not all clients know the Echo option, so programs on this machine get large responses without it.
inline auto guard() {
    static const auto key = mincoap::posix::random_key();
    return mincoap::echo_guard<mincoap::trusts_loopback>{key};
}

// Returns the socket, or ends the program. The first argument of the program is the UDP port: 5683 by
// default, 0 for any free one.
inline mincoap::posix::udp_socket open(int argc, char** argv) {
    const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 5683);
    auto socket = mincoap::posix::udp_socket::bind(port);
    if (!socket) std::puts(socket.error().message().c_str()), std::exit(1);
    std::printf("listening on port %u\n", unsigned{socket->local_port()});
    std::fflush(stdout);
    return std::move(*socket);
}

// Serves until SIGINT or SIGTERM. Returns 1 if the socket broke, 0 otherwise.
template <typename Site, typename... Layers>
int serve(const Site& site, int argc, char** argv, Layers&&... layers) {
    const mincoap::posix::stop_source stop;
    auto socket = open(argc, argv);
    mincoap::server server{socket, site, std::forward<Layers>(layers)...};
    server.start_message_ids_at(static_cast<std::uint16_t>(mincoap::posix::random_key()[0]));
    return mincoap::posix::run(server, socket, stop) ? 1 : 0;
}

// The same with a guard and no other layer.
template <typename Site>
int serve(const Site& site, int argc, char** argv) {
    return serve(site, argc, argv, guard());
}

}  // namespace example
