#include <mincoap/lwip/udp_socket.hpp>

#include <gtest/gtest.h>

#include "../wire.hpp"

namespace mincoap::lwip {
namespace {

// This test is the only user of lwIP's heap, so a datagram that does not fit now never fits.
TEST(lwip_heap, sends_or_loses_what_is_nearly_as_large_as_all_of_it) {
    wire& link = wire::number(0);
    link.set_mtu(0, 0);
    udp_socket socket;
    ASSERT_EQ(socket.bind(5683), ERR_OK);
    std::size_t largest = 0;
    for (std::size_t size = 1; size <= 1700; ++size) {
        ASSERT_EQ(socket.send(packet(size, 7), {link.ipv4(9, 40'000), link.ipv4(1, 5683)}), net::status::done) << size;
        if (link.take_datagram()) largest = size;
    }
    EXPECT_GT(largest, 1450U);
    EXPECT_LT(largest, 1600U);
}

}  // namespace
}  // namespace mincoap::lwip
