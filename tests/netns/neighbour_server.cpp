// A server as a program would write it. Its send buffer may be made as small as one of a system with little memory.
//
// usage: neighbour_server plain|burst PORT [SEND_BUFFER [ADDRESS]]     in bytes, as SO_SNDBUF takes it; 0: as it is
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <sys/socket.h>

#include <mincoap/mincoap.hpp>
#include <mincoap/posix/burst_socket.hpp>
#include <mincoap/posix/clock.hpp>

using namespace mincoap;

constexpr auto site = routes(at<"">(text("Hello")));

static int serve(auto& socket) {
    server server{socket, site, unguarded{}};
    std::puts("listening");
    std::fflush(stdout);
    while (server.poll(posix::now_ms()) != poll_result::error)
        server.is_blocked() ? socket.wait_to_send() : socket.wait();
    return 1;
}

int main(int count, char** arguments) {
    const auto port = static_cast<std::uint16_t>(std::atoi(arguments[2]));
    auto socket = posix::udp_socket::bind(posix::to_endpoint(count > 4 ? arguments[4] : "::", port).value());
    if (!socket) return std::fprintf(stderr, "%s\n", socket.error().message().c_str()), 1;
    const int buffer = count > 3 ? std::atoi(arguments[3]) : 0;
    if (buffer != 0) ::setsockopt(socket->native_handle(), SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    if (std::string_view{arguments[1]} == "plain") return serve(*socket);
    static posix::burst_memory<64> memory;
    posix::burst_socket bursts{std::move(*socket), memory};
    return serve(bursts);
}
