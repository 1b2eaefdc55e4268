// Sends back, by the adapter alone, each datagram that it receives, with a byte before it: 1 if it came by multicast,
// else 0.
//
// usage: udp_socket_reply_server PORT [ADDRESS [GROUP]]     as mincoap::posix::to_endpoint reads it
#include <cstdio>
#include <cstdlib>

#include <mincoap/posix/udp_socket.hpp>

int main(int count, char** arguments) {
    using namespace mincoap;
    const auto port = static_cast<std::uint16_t>(std::atoi(arguments[1]));
    const auto at = posix::to_endpoint(count > 2 ? arguments[2] : "::", port);
    if (!at) return std::fprintf(stderr, "%s\n", at.error().message().c_str()), 1;
    auto socket = posix::udp_socket::bind(*at);
    if (!socket) return std::fprintf(stderr, "%s\n", socket.error().message().c_str()), 1;
    if (count > 3 && socket->join(posix::to_endpoint(arguments[3], 0).value())) return 1;
    std::puts("listening");
    std::fflush(stdout);
    for (;;) {
        byte data[65];
        net::arrival in;
        socket->wait();
        if (socket->receive(mutable_bytes{data}.subspan(1), in) != net::status::done) continue;
        data[0] = in.multicast ? 1 : 0;
        if (socket->send({data, in.size + 1}, in.route) == net::status::failed) return 1;
    }
}
