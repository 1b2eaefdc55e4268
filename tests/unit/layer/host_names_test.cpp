// The host names of a server (RFC 7252 §5.10.1).
#include <mincoap/layer/host_names.hpp>

#include "../../support/exchange.hpp"

namespace mincoap::test {
namespace {

using names = host_names<"device.example", "kitchen.local">;

constexpr auto site = routes(at<"hello">(for_groups(text("hello"))));
constexpr unsigned uri_host = 3;

using server = core<decltype(site), names>;

ask get_hello() { return ask{code::get, "hello"}; }
ask get_from(std::string_view host) { return get_hello().with(uri_host, text_packet(host)); }

bool passes(std::string_view host) { return server{site}.said(get_from(host)) == "2.05 ct=0: hello"; }

TEST(host_names, pass_without_a_host) { EXPECT_EQ(server{site}.said(get_hello()), "2.05 ct=0: hello"); }

TEST(host_names, pass_if_it_is_one_of_them) {
    EXPECT_TRUE(passes("device.example"));
    EXPECT_TRUE(passes("kitchen.local"));
}

// RFC 7252 §6.3, RFC 3986 §3.2.2.
TEST(host_names, are_compared_without_regard_to_case) {
    EXPECT_TRUE(passes("DEVICE.EXAMPLE"));
    EXPECT_TRUE(passes("Kitchen.Local"));
}

// In place of a letter, only its lower case and its upper case match.
TEST(host_names, are_compared_byte_by_byte) {
    for (std::size_t at = 0; at < 14; ++at)
        for (unsigned c = 0; c < 256; ++c) {
            std::string host = "device.example";
            const char own = host[at];
            host[at] = static_cast<char>(c);
            const bool upper = own != '.' && c + ('a' - 'A') == static_cast<unsigned>(own);
            const bool colon = c == ':';  // makes it an IPv6 address
            EXPECT_EQ(passes(host), host[at] == own || upper || colon) << at << ' ' << c;
        }
}

TEST(host_names, have_letters_of_ascii_folded_and_nothing_else) {
    for (unsigned c = 0; c < 256; ++c) EXPECT_EQ(detail::to_lower(c), c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) << c;
}

TEST(host_names, refuse_every_other_one) {
    for (const char* host : {"other.example", "device.exampl", "device.example.", "device.examples", "a.device.example",
                             "d", "1a", "1.2.3.4.example", "localhost", "\xff"}) {
        server s{site};
        EXPECT_EQ(s.said(get_from(host)), "4.04") << host;
        EXPECT_EQ(s[outcomes::refused], 1U) << host;
    }
    EXPECT_FALSE(passes(std::string(255, 'a')));
}

TEST(host_names, pass_ip_addresses) {
    for (const char* host : {"192.0.2.1", "10.0.0.1", "224.0.1.187", "[2001:db8::1]", "2001:db8::1", "[::]", "::1",
                             "[fe80::1%25eth0]", "[ff02::fd]", "::ffff:192.0.2.1"})
        EXPECT_TRUE(passes(host)) << host;
}

TEST(host_names, call_no_handler_for_another_host) {
    core<unreachable_handler, names> s{unreachable};
    EXPECT_EQ(s.said(ask{code::post, "hello"}.with(uri_host, text_packet("other.example"))), "4.04");
    EXPECT_EQ(s.said(ask{code::post, "hello"}.non().with(uri_host, text_packet("other.example"))), "4.04");
}

// RFC 7252 §8.2: a multicast request gets no error response.
TEST(host_names, are_silent_to_a_group_of_another_name) {
    server s{site};
    EXPECT_EQ(s.said(get_from("other.example").non(), multicast()), "silence");
    EXPECT_EQ(s[outcomes::unsaid], 1U);
    EXPECT_EQ(s.said(get_from("[ff02::fd]").non(), multicast()), "2.05 ct=0: hello");
}

// RFC 7252 §5.4.3, §5.4.5, §5.10.2: the server reports errors in the request before it checks the host name.
TEST(host_names, come_behind_what_is_wrong_with_the_request) {
    server s{site};
    EXPECT_EQ(s.said(get_hello().with(uri_host)), "4.02") << "no value";
    EXPECT_EQ(s.said(get_from("device.example").with(uri_host, text_packet("device.example"))), "4.02") << "twice";
    EXPECT_EQ(s.said(get_from("other.example").with(39, text_packet("coap"))), "5.05") << "Proxy-Scheme";
}

TEST(host_names, find_the_host_behind_another_option) {
    server s{site};
    EXPECT_EQ(s.said(get_from("other.example").with(1, "01")), "4.04") << "If-Match";
    EXPECT_EQ(s.said(get_from("device.example").with(1, "01")), "4.02") << "which the resource does not understand";
    EXPECT_EQ(s.said(get_from("device.example").with(2, "01")), "2.05 ct=0: hello") << "elective";
}

TEST(host_names, are_not_looked_at_unless_they_are_named) {
    EXPECT_EQ(core{site}.said(get_from("other.example")), "2.05 ct=0: hello");
}

TEST(host_names, are_told_from_addresses_as_the_program_is_compiled) {
    static_assert(detail::is_host_name("device.example"));
    static_assert(detail::is_host_name("1a"));
    static_assert(!detail::is_host_name("Device.example"));
    static_assert(!detail::is_host_name("192.0.2.1"));
    static_assert(!detail::is_host_name("::1"));
    static_assert(!detail::is_host_name(""));
}

// With a character next to the digits in ASCII, the text is not an address.
TEST(host_names, refuse_an_address_with_something_else_in_it) {
    for (const char* host : {"192.0.2.1/", "/", "192.0.2.1;", "192,0,2,1", "192.0.2.1-"})
        EXPECT_FALSE(passes(host)) << host;
    EXPECT_TRUE(passes("90.9.0.99"));
}

}  // namespace
}  // namespace mincoap::test
