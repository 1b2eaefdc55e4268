// A server with two faults that the netns tests must find: it listens on all addresses and replies
// by sendto, which lets the kernel choose the source address; and it waits as long as the send
// buffer is full.
//
// usage: wildcard_reply_server PORT [SEND_BUFFER]     in bytes, as SO_SNDBUF takes it
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <netinet/in.h>
#include <sys/socket.h>

int main(int count, char** arguments) {
    const int descriptor = ::socket(AF_INET6, SOCK_DGRAM, 0);
    sockaddr_in6 here{};
    here.sin6_family = AF_INET6;
    here.sin6_port = htons(static_cast<std::uint16_t>(std::atoi(arguments[1])));
    if (::bind(descriptor, reinterpret_cast<sockaddr*>(&here), sizeof here) != 0) return 1;
    const int buffer = count > 2 ? std::atoi(arguments[2]) : 0;
    if (buffer != 0) ::setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    std::puts("listening");
    std::fflush(stdout);
    for (;;) {
        std::uint8_t data[64];
        sockaddr_in6 from{};
        socklen_t size = sizeof from;
        const ssize_t length = ::recvfrom(descriptor, data, sizeof data, 0, reinterpret_cast<sockaddr*>(&from), &size);
        if (length < 0) return 1;
        ::sendto(descriptor, data, static_cast<std::size_t>(length), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
}
