// A server as a program would write it. Its send buffer may be made as small as one of a system with little memory.
//
// usage: neighbour_server PORT [SEND_BUFFER]     in bytes, as SO_SNDBUF takes it
#include <cstdio>
#include <cstdlib>

#include <sys/socket.h>

#include <mincoap/mincoap.hpp>
#include <mincoap/posix/clock.hpp>
#include <mincoap/posix/udp_socket.hpp>

using namespace mincoap;

constexpr auto site = routes(at<"">(text("Hello")));

int main(int count, char** arguments) {
    auto socket = posix::udp_socket::bind(static_cast<std::uint16_t>(std::atoi(arguments[1])));
    if (!socket) return std::fprintf(stderr, "%s\n", socket.error().message().c_str()), 1;
    const int buffer = count > 2 ? std::atoi(arguments[2]) : 0;
    if (buffer != 0) ::setsockopt(socket->native_handle(), SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    server server{*socket, site, unguarded{}};
    std::puts("listening");
    std::fflush(stdout);
    while (server.poll(posix::now_ms()) != poll_result::error)
        server.is_blocked() ? socket->wait_to_send() : socket->wait();
    return 1;
}
