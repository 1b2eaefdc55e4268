// Sends back, by the adapter alone, each datagram that it receives, with a byte before it: 1 if it came by multicast,
// else 0.
//
// usage: udp_socket_reply_server plain|burst PORT [ADDRESS [GROUP]]     as mincoap::posix::to_endpoint reads it
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <mincoap/posix/burst_socket.hpp>

using namespace mincoap;

static int serve(auto& socket, const char* group) {
    if (group != nullptr && socket.join(posix::to_endpoint(group, 0).value())) return 1;
    std::puts("listening");
    std::fflush(stdout);
    for (;;) {
        byte storage[65];
        mutable_bytes buffer = storage;
        net::arrival in;
        socket.wait();
        if (socket.receive(buffer, in) != net::status::done || in.size == buffer.size()) continue;
        std::memmove(buffer.data() + 1, buffer.data(), in.size);
        buffer[0] = in.multicast ? 1 : 0;
        if (socket.send(buffer.first(in.size + 1), in.route) == net::status::failed) return 1;
    }
}

int main(int count, char** arguments) {
    const auto port = static_cast<std::uint16_t>(std::atoi(arguments[2]));
    const auto at = posix::to_endpoint(count > 3 ? arguments[3] : "::", port);
    if (!at) return std::fprintf(stderr, "%s\n", at.error().message().c_str()), 1;
    auto socket = posix::udp_socket::bind(*at);
    if (!socket) return std::fprintf(stderr, "%s\n", socket.error().message().c_str()), 1;
    const char* const group = count > 4 ? arguments[4] : nullptr;
    if (std::string_view{arguments[1]} == "plain") return serve(*socket, group);
    static posix::burst_memory<64> memory;
    posix::burst_socket bursts{std::move(*socket), memory};
    return serve(bursts, group);
}
