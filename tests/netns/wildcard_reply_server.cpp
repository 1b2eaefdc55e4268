// What a server must not be: it listens on all addresses and replies by sendto, which lets the kernel choose the source
// address. The netns tests have to fail it.
//
// usage: wildcard_reply_server PORT
#include <cstdint>
#include <cstdlib>

#include <netinet/in.h>
#include <sys/socket.h>

int main(int, char** arguments) {
    const int descriptor = ::socket(AF_INET6, SOCK_DGRAM, 0);
    sockaddr_in6 here{};
    here.sin6_family = AF_INET6;
    here.sin6_port = htons(static_cast<std::uint16_t>(std::atoi(arguments[1])));
    if (::bind(descriptor, reinterpret_cast<sockaddr*>(&here), sizeof here) != 0) return 1;
    for (;;) {
        std::uint8_t data[64];
        sockaddr_in6 from{};
        socklen_t size = sizeof from;
        const ssize_t count = ::recvfrom(descriptor, data, sizeof data, 0, reinterpret_cast<sockaddr*>(&from), &size);
        if (count < 0) return 1;
        ::sendto(descriptor, data, static_cast<std::size_t>(count), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
}
