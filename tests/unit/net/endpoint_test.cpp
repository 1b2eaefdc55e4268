#include <gtest/gtest.h>

#include <mincoap/net/endpoint.hpp>

namespace mincoap::net {
namespace {

constexpr endpoint nothing_said{};
constexpr endpoint some_ipv4 = ipv4(192, 0, 2, 1, 5683);

constexpr endpoint ipv6(byte first, byte last) {
    endpoint e{};
    e.address[0] = first;
    e.address[15] = last;
    return e;
}

TEST(endpoint, says_nothing_by_default) {
    static_assert(is_unspecified(nothing_said));
    static_assert(nothing_said.port == 0 && nothing_said.interface == 0);
    static_assert(!is_ipv4(nothing_said));
    static_assert(!is_multicast(nothing_said));
}

TEST(endpoint, keeps_ipv4_in_its_mapped_form) {
    static_assert(some_ipv4.address == std::array<byte, 16>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1});
    static_assert(some_ipv4.port == 5683 && some_ipv4.interface == 0);
    static_assert(is_ipv4(some_ipv4));
    static_assert(!is_unspecified(ipv4(0, 0, 0, 0, 0)), "it says that IPv4 is meant");
}

TEST(endpoint, takes_no_other_address_for_ipv4) {
    for (std::size_t i = 0; i < 12; ++i) {
        endpoint e = some_ipv4;
        e.address[i] ^= 1;
        EXPECT_FALSE(is_ipv4(e)) << i;
    }
    static_assert(!is_ipv4(ipv6(0, 1)), "the loopback address of IPv6");
}

TEST(endpoint, is_unspecified_by_its_address_alone) {
    static_assert(is_unspecified(endpoint{.interface = 3, .port = 5683}));
    static_assert(!is_unspecified(ipv6(0, 1)));
    static_assert(!is_unspecified(ipv6(1, 0)));
}

TEST(endpoint, knows_multicast_addresses_of_ipv6) {
    static_assert(is_multicast(ipv6(0xff, 0xfd)), "all CoAP nodes, RFC 7252 §12.8");
    static_assert(!is_multicast(ipv6(0xfe, 0xff)));
}

TEST(endpoint, knows_multicast_addresses_of_ipv4) {
    static_assert(is_multicast(ipv4(224, 0, 1, 187, 5683)), "all CoAP nodes, RFC 7252 §12.8");
    static_assert(is_multicast(ipv4(239, 255, 255, 255, 0)));
    static_assert(!is_multicast(ipv4(223, 255, 255, 255, 0)));
    static_assert(!is_multicast(ipv4(240, 0, 0, 0, 0)));
    endpoint not_ipv4 = ipv4(224, 0, 1, 187, 5683);
    not_ipv4.address[0] = 0x20;
    EXPECT_FALSE(is_multicast(not_ipv4));
}

TEST(endpoint, is_equal_if_all_its_parts_are) {
    static_assert(some_ipv4 == ipv4(192, 0, 2, 1, 5683));
    static_assert(some_ipv4 != ipv4(192, 0, 2, 2, 5683));
    static_assert(some_ipv4 != ipv4(192, 0, 2, 1, 5684));
    endpoint elsewhere = some_ipv4;
    elsewhere.interface = 2;
    EXPECT_NE(elsewhere, some_ipv4);
}

}  // namespace
}  // namespace mincoap::net
