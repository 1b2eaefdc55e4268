// Sockets that share a port, and sockets that another program made.
#include <mincoap/posix/udp_socket.hpp>

#include <set>

#include <fcntl.h>
#include <gtest/gtest.h>

#include "raw_peer.hpp"

namespace mincoap::posix {
namespace {

using net::status;

constexpr std::array<byte, 1> ping{42};

net::endpoint at(const char* address, std::uint16_t port = 0) { return to_endpoint(address, port).value(); }

// Returns the number of the socket that gets a datagram from this peer, or -1.
int receiver_of(std::vector<udp_socket>& sockets, const raw_peer& peer) {
    EXPECT_TRUE(peer.send(ping, "127.0.0.1", sockets[0].local_port()));
    int found = -1;
    for (int i = 0; i < static_cast<int>(sockets.size()); ++i) {
        std::array<byte, 8> storage;
        net::arrival in;
        if (sockets[static_cast<std::size_t>(i)].receive(storage, in) != status::done) continue;
        EXPECT_EQ(found, -1) << "two sockets got one datagram";
        EXPECT_EQ(in.route.remote.port, peer.here().port);
        found = i;
    }
    return found;
}

TEST(posix_bind_shared, spreads_the_peers_and_keeps_each_with_one_socket) {
    auto sockets = udp_socket::bind_shared(at("127.0.0.1"), 4).value();
    ASSERT_EQ(sockets.size(), 4U);
    std::set<int> seen;
    for (int i = 0; i < 64; ++i) {
        const raw_peer peer{"127.0.0.1"};
        const int first = receiver_of(sockets, peer);
        ASSERT_GE(first, 0);
        for (int repeat = 0; repeat < 3; ++repeat) EXPECT_EQ(receiver_of(sockets, peer), first);
        seen.insert(first);
    }
    EXPECT_EQ(seen.size(), 4U);
}

TEST(posix_bind_shared, takes_a_port_that_is_free_and_no_other) {
    const auto first = udp_socket::bind_shared(at("::"), 2).value();
    EXPECT_NE(first[0].local_port(), 0);
    EXPECT_EQ(first[0].local_port(), first[1].local_port());
    EXPECT_EQ(udp_socket::bind_shared(at("::", first[0].local_port()), 2).error(), std::errc::address_in_use);
    EXPECT_EQ(udp_socket::bind(first[0].local_port()).error(), std::errc::address_in_use);
    EXPECT_EQ(udp_socket::bind_shared(at("192.0.2.1"), 2).error(), std::errc::address_not_available);
}

int raw_socket(int family, int type) { return ::socket(family, type, 0); }

TEST(posix_adopt, serves_on_a_socket_of_another_program) {
    const int descriptor = raw_socket(AF_INET6, SOCK_DGRAM);
    sockaddr_in6 self{};
    self.sin6_family = AF_INET6;
    ASSERT_EQ(::bind(descriptor, reinterpret_cast<sockaddr*>(&self), sizeof self), 0);
    auto socket = udp_socket::adopt(descriptor).value();
    EXPECT_EQ(socket.native_handle(), descriptor);
    EXPECT_NE(socket.local_port(), 0);
    EXPECT_NE(::fcntl(descriptor, F_GETFL) & O_NONBLOCK, 0);
    EXPECT_EQ(::fcntl(descriptor, F_GETFD), FD_CLOEXEC);
    for (const char* address : {"127.0.0.1", "::1"}) {
        const raw_peer peer{address};
        ASSERT_TRUE(peer.send(ping, address, socket.local_port()));
        std::array<byte, 8> storage;
        net::arrival in;
        ASSERT_EQ(socket.receive(storage, in), status::done);
        EXPECT_EQ(in.route.local.address, at(address).address);
        EXPECT_EQ(socket.send(ping, in.route), status::done);
        EXPECT_TRUE(peer.take());
    }
}

TEST(posix_adopt, refuses_what_is_no_bound_udp_socket) {
    EXPECT_EQ(udp_socket::adopt(-1).error(), std::errc::bad_file_descriptor);
    EXPECT_EQ(udp_socket::adopt(::open("/dev/null", O_RDONLY)).error(), std::errc::not_a_socket);
    EXPECT_EQ(udp_socket::adopt(raw_socket(AF_INET, SOCK_STREAM)).error(), std::errc::invalid_argument);
    EXPECT_EQ(udp_socket::adopt(raw_socket(AF_UNIX, SOCK_DGRAM)).error(), std::errc::invalid_argument);
    EXPECT_EQ(udp_socket::adopt(raw_socket(AF_INET, SOCK_DGRAM)).error(), std::errc::invalid_argument);
}

}  // namespace
}  // namespace mincoap::posix
