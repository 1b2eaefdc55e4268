#include <random>
#include <string>

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <mincoap/net/endpoint_text.hpp>

namespace mincoap::net {
namespace {

endpoint ipv6(const char* address, std::uint16_t port = 5683, std::uint32_t interface = 0) {
    endpoint e{.interface = interface, .port = port};
    EXPECT_EQ(::inet_pton(AF_INET6, address, e.address.data()), 1) << address;
    return e;
}

TEST(endpoint_text, writes_ipv4_with_dots) {
    static_assert(to_text(ipv4(192, 0, 2, 1, 5683)).view() == "192.0.2.1:5683");
    static_assert(to_text(ipv4(0, 0, 0, 0, 0)).view() == "0.0.0.0:0");
    static_assert(to_text(ipv4(255, 255, 255, 255, 65535)).view() == "255.255.255.255:65535");
    static_assert(to_text(ipv4(10, 100, 99, 9, 10)).view() == "10.100.99.9:10");
}

TEST(endpoint_text, writes_ipv6_in_brackets) {
    EXPECT_EQ(to_text(ipv6("2001:db8::1")).view(), "[2001:db8::1]:5683");
    static_assert(to_text(endpoint{}).view() == "[::]:0");
}

// RFC 5952 §4.1 to §4.3.
TEST(endpoint_text, leaves_out_the_longest_run_of_zeros_and_of_equal_ones_the_first) {
    EXPECT_EQ(to_text(ipv6("2001:db8:0:0:1:0:0:1", 1)).view(), "[2001:db8::1:0:0:1]:1");
    EXPECT_EQ(to_text(ipv6("2001:0:0:1:0:0:0:1", 1)).view(), "[2001:0:0:1::1]:1");
    EXPECT_EQ(to_text(ipv6("2001:db8:0:1:1:1:1:1", 1)).view(), "[2001:db8:0:1:1:1:1:1]:1") << "not a single group";
    EXPECT_EQ(to_text(ipv6("1:2:3:4:5:6:0:0", 1)).view(), "[1:2:3:4:5:6::]:1");
    EXPECT_EQ(to_text(ipv6("0:0:3:4:5:6:7:8", 1)).view(), "[::3:4:5:6:7:8]:1");
    EXPECT_EQ(to_text(ipv6("::1", 1)).view(), "[::1]:1");
    EXPECT_EQ(to_text(ipv6("2001:0DB8:ABCD::", 1)).view(), "[2001:db8:abcd::]:1");
}

TEST(endpoint_text, writes_the_zone_by_number_or_by_name) {
    EXPECT_EQ(to_text(ipv6("fe80::1", 5683, 2)).view(), "[fe80::1%2]:5683");
    EXPECT_EQ(to_text(ipv6("fe80::1", 5683, 2), "eth0").view(), "[fe80::1%eth0]:5683");
    EXPECT_EQ(to_text(ipv6("fe80::1", 5683), "eth0").view(), "[fe80::1]:5683") << "there is none";
    endpoint e = ipv4(127, 0, 0, 1, 7);
    e.interface = 4294967295;
    EXPECT_EQ(to_text(e).view(), "127.0.0.1%4294967295:7");
}

TEST(endpoint_text, has_room_for_the_longest) {
    const endpoint e = ipv6("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535, 4294967295);
    EXPECT_EQ(to_text(e).view(), "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535");
    EXPECT_EQ(to_text(e, "interface-of-15").view().size(), endpoint_text::longest);
    EXPECT_EQ(to_text(e, "interface-of-16c").view(), to_text(e).view());
}

endpoint random_endpoint(std::minstd_rand& random) {
    endpoint e{.port = static_cast<std::uint16_t>(random())};
    for (byte& b : e.address)
        if (random() % 2 != 0) b = static_cast<byte>(random() >> 8);
    for (auto zeros = random() % 8; zeros > 0; --zeros) {
        const auto group = random() % 8;
        e.address[2 * group] = e.address[2 * group + 1] = 0;
    }
    return e;
}

std::string by_system(const endpoint& e) {
    char text[INET6_ADDRSTRLEN];
    const bool v4 = is_ipv4(e);
    EXPECT_NE(::inet_ntop(v4 ? AF_INET : AF_INET6, e.address.data() + (v4 ? 12 : 0), text, sizeof text), nullptr);
    const std::string port = ':' + std::to_string(e.port);
    return v4 ? text + port : '[' + std::string{text} + ']' + port;
}

TEST(endpoint_text, writes_ipv4_as_the_system_does) {
    std::minstd_rand random;
    for (int round = 0; round < 5000; ++round) {
        const auto a = random_endpoint(random).address;
        const endpoint e = ipv4(a[0], a[1], a[2], a[3], static_cast<std::uint16_t>(random()));
        ASSERT_EQ(to_text(e).view(), by_system(e));
    }
}

// inet_ntop writes some addresses of ::/96 in the IPv4 form that RFC 4291 §2.5.5.1 deprecates.
TEST(endpoint_text, writes_ipv6_as_the_system_writes_and_reads_it) {
    std::minstd_rand random;
    for (int round = 0; round < 20000; ++round) {
        const endpoint e = random_endpoint(random);
        const std::string text{to_text(e).view()};
        if (by_system(e).find('.') == std::string::npos) {
            ASSERT_EQ(text, by_system(e));
        }
        ASSERT_EQ(ipv6(text.substr(1, text.find(']') - 1).c_str(), e.port), e) << text;
    }
}

}  // namespace
}  // namespace mincoap::net
