#include <mincoap/net/pcap.hpp>

#include <gtest/gtest.h>

#include "../../support/packet.hpp"

namespace mincoap::net {
namespace {

using test::packet;

constexpr endpoint ipv6(byte last, std::uint16_t port) {
    return {.address{0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last}, .port = port};
}

constexpr route over_ipv4{.remote = ipv4(192, 0, 2, 1, 40000), .local = ipv4(192, 0, 2, 2, 5683)};
constexpr route over_ipv6{.remote = ipv6(1, 40000), .local = ipv6(2, 5683)};
constexpr pcap_time time{0x01020304, 0x50607};

packet head_of(direction d, const packet& datagram, arrival about) {
    return packet{pcap_head({.direction = d, .datagram = datagram, .arrival = about}, time).view()};
}

// Verifies a checksum as a receiver does (RFC 1071): the sum over the covered bytes and the checksum is all ones.
unsigned folded_sum(bytes data) {
    unsigned sum = 0;
    for (std::size_t i = 0; i < data.size(); i += 2) sum += data[i] * 256U + (i + 1 < data.size() ? data[i + 1] : 0U);
    while (sum > 0xffff) sum = sum % 0x10000 + sum / 0x10000;
    return sum;
}

TEST(pcap, begins_with_the_head_of_the_file) {
    EXPECT_EQ(packet{bytes{pcap_file_head}}, "a1b2c3d4 | 0002 0004 | 00000000 00000000 | 0000ffff | 00000065");
}

TEST(pcap, puts_ipv4_in_front_of_a_datagram_that_came_in) {
    EXPECT_EQ(head_of(direction::in, "40 01 12 34 ff", {.size = 5, .route = over_ipv4}),
              "01020304 00050607 00000021 00000021"
              "4500 0021 | 0000 4000 | 40 11 b6c8 | c0000201 | c0000202"
              "9c40 1633 000d 0000");
}

TEST(pcap, turns_the_way_round_for_a_datagram_that_went_out) {
    const packet head = head_of(direction::out, "60 45", {.size = 2, .route = over_ipv4});
    EXPECT_EQ(packet{head.view().subspan(16 + 12, 8)}, "c0000202 c0000201");
    EXPECT_EQ(packet{head.view().subspan(16 + 20, 4)}, "1633 9c40");
}

TEST(pcap, has_a_checksum_in_the_head_of_ipv4) {
    const packet head = head_of(direction::in, "40 01 12 34", {.size = 4, .route = over_ipv4});
    EXPECT_EQ(folded_sum(head.view().subspan(16, 20)), 0xffffU);
}

TEST(pcap, puts_ipv6_in_front_of_a_datagram) {
    const packet head = head_of(direction::in, "40 01 12 34", {.size = 4, .route = over_ipv6});
    EXPECT_EQ(packet{head.view().subspan(0, 16 + 40 + 6)},
              "01020304 00050607 00000034 00000034"
              "60000000 000c 11 40 | 20010db8 00000000 00000000 00000001 | 20010db8 00000000 00000000 00000002"
              "9c40 1633 000c");
}

TEST(pcap, has_a_checksum_of_udp_in_ipv6_that_covers_the_addresses) {
    for (const packet& datagram : {packet{"40 01 12 34"}, packet{"40 01 12 34 ff 'x'"}, packet{"40 01 12"}, packet{}}) {
        const packet head = head_of(direction::out, datagram, {.size = datagram.size(), .route = over_ipv6});
        packet covered{head.view().subspan(16 + 8)};
        covered = covered + datagram;
        if (covered.size() % 2 != 0) covered.append(0);
        const auto size = static_cast<byte>(8 + datagram.size());
        covered.append(0), covered.append(size), covered.append(0), covered.append(17);
        EXPECT_EQ(folded_sum(covered), 0xffffU) << testing::PrintToString(datagram);
    }
}

TEST(pcap, writes_a_checksum_of_zero_as_all_ones) {
    // The first checksum serves as the datagram. Then the sum is all ones, and its complement would mean
    // "no checksum".
    const packet first = head_of(direction::out, "00 00", {.size = 2, .route = over_ipv6});
    const packet checksum{first.view().subspan(16 + 40 + 6)};
    const packet head = head_of(direction::out, checksum, {.size = 2, .route = over_ipv6});
    EXPECT_EQ(packet{head.view().subspan(16 + 40 + 6)}, "ffff");
}

TEST(pcap, makes_up_the_group_that_a_socket_does_not_tell) {
    const auto dest = [](const endpoint& remote, std::size_t at, std::size_t size) {
        const arrival about{.size = 2, .multicast = true, .route = {.remote = remote, .local = {}}};
        return packet{head_of(direction::in, "50 01", about).view().subspan(16 + at, size)};
    };
    EXPECT_EQ(dest(over_ipv4.remote, 16, 4), "e00001bb");
    EXPECT_EQ(dest(over_ipv4.remote, 22, 2), "1633");
    EXPECT_EQ(dest(over_ipv6.remote, 24, 16), "ff020000 00000000 00000000 000000fd");
}

TEST(pcap, makes_up_an_address_of_the_same_family) {
    for (const endpoint& local : {endpoint{.port = 5684}, over_ipv6.local}) {
        const arrival about{.size = 2, .route = {.remote = over_ipv4.remote, .local = local}};
        const packet head = head_of(direction::out, "60 45", about);
        EXPECT_EQ(head.size(), 16U + 20 + 8);
        EXPECT_EQ(packet{head.view().subspan(16 + 12, 4)}, "00000000");
        EXPECT_EQ(head[16 + 21], local.port % 256) << "the port is told";
    }
}

TEST(pcap, says_that_a_datagram_that_was_cut_off_was_longer) {
    const auto sizes = [](const arrival& about) {
        const packet head = head_of(direction::in, "40 01 12 34", about);
        return packet{head.view().subspan(8, 8)} + packet{head.view().subspan(16 + 2, 2)};
    };
    EXPECT_EQ(sizes({.size = 4, .route = over_ipv4}), "00000020 00000020 0020");
    EXPECT_EQ(sizes({.size = 4, .truncated = true, .route = over_ipv4}), "00000020 00000021 0021");
    EXPECT_EQ(sizes({.size = 9, .truncated = true, .route = over_ipv4}), "00000020 00000025 0025")
        << "of which all is known";
}

}  // namespace
}  // namespace mincoap::net
