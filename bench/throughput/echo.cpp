// Sends each datagram back to its sender: recvfrom and sendto, without anything else. It listens on a free UDP port of
// 127.0.0.1, which it prints.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

int main() {
    const int descriptor = ::socket(AF_INET, SOCK_DGRAM, 0);
    const int room = 1 << 20;  // as much as the sockets compared to it request
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&here), size) != 0 ||
        ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&here), &size) != 0)
        return EXIT_FAILURE;
    std::printf("%u\n", ntohs(here.sin_port));
    std::fflush(stdout);

    static std::uint8_t buffer[1152];
    for (;;) {
        sockaddr_in peer;
        size = sizeof peer;
        const ssize_t length =
            ::recvfrom(descriptor, buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&peer), &size);
        if (length < 0) return EXIT_FAILURE;
        ::sendto(descriptor, buffer, static_cast<std::size_t>(length), 0, reinterpret_cast<const sockaddr*>(&peer),
                 size);
    }
}
