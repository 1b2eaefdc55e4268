// Shared by the demo and the plugtest server: the address of the command line, and lines of output.
#pragma once

#include <iostream>
#include <string>

#include <mincoap/posix/udp_socket.hpp>

#include "demo/describe.hpp"

namespace example {

// Prints what failed and why. Returns the exit status of the program.
inline int complain(const std::string& about, const std::error_code& why) {
    return std::cerr << about << ": " << why.message() << '\n', 1;
}

// Returns the endpoint that --bind and --port name; an empty address stands for all addresses.
inline auto local_endpoint(const std::string& address, std::uint16_t port) {
    using endpoint = std::expected<mincoap::net::endpoint, std::error_code>;
    return address.empty() ? endpoint{mincoap::net::endpoint{.port = port}}
                           : mincoap::posix::to_endpoint(address, port);
}

// Tells people and scripts that the server receives now.
inline void say_listening(const mincoap::net::endpoint& at) {
    std::cout << "listening on " << demo::describe(at) << '\n' << std::flush;
}

}  // namespace example
