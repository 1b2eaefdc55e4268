#include <mincoap/testing/device.hpp>

#include <algorithm>

#include <gtest/gtest.h>

// In one file with mincoap::testing, the suites' own `testing` has to be GoogleTest's.
#include <mincoap/conformance/storage_conformance.hpp>
#include <mincoap/conformance/udp_socket_conformance.hpp>
#include <mincoap/mincoap.hpp>

namespace mincoap {
namespace {

using testing::device;
using testing::request;

std::int16_t temperature = 21;
bool is_open = false;

reply show(const mincoap::request& r) {
    if (r.multicast()) return content("group");
    if (query_parameter(r, "fail")) return diagnostic(code::conflict, "no");
    return {code::content, content_format::octet_stream,
            [](message::writer& to) { to.payload(std::string_view{"x"}); }};
}

constexpr auto site = routes(at<"temperature">(value(temperature)), at<"garden/gate">(confirmed_only(value(is_open))),
                             at<"show">(for_groups(get(show).accepts_option<option::uri_query>())));

TEST(testing_device, says_code_format_and_payload) {
    device d{site};
    EXPECT_EQ(d.said({code::get, "temperature"}), "2.05 ct=0: 21");
    EXPECT_EQ(d.said({code::put, "temperature", "-3"}), "2.04");
    EXPECT_EQ(d.said({code::get, "temperature"}), "2.05 ct=0: -3");
    EXPECT_EQ(d.said({code::get, "nothing"}), "4.04");
    EXPECT_EQ(d.said({code::get, ""}), "4.04");
    EXPECT_EQ(d.said(request{code::get, "show"}.query("fail")), "4.09: no");
}

TEST(testing_device, says_what_is_no_response) {
    device d{site};
    EXPECT_EQ(d.said({code::empty}), "reset") << "an Empty message with a token is malformed";
    EXPECT_EQ(d.said(request{code::get, "nothing"}.to_group().non_confirmable()), "silence");
    EXPECT_EQ(d.said(request{code::get, "show"}.to_group().non_confirmable()), "2.05 ct=0: group");
    EXPECT_TRUE(d.ask(request{code::get, "nothing"}.to_group().non_confirmable()).is_silence());
}

TEST(testing_device, shows_the_parts_of_a_response) {
    device d{site};
    const auto r = d.ask({code::get, "show"});
    EXPECT_EQ(r.code(), code::content);
    EXPECT_EQ(r.type(), message::type::acknowledgement);
    EXPECT_EQ(r.text(), "x");
    EXPECT_EQ(r.payload().size(), 1U);
    ASSERT_TRUE(r.option(option::content_format));
    EXPECT_EQ(r.option(option::content_format)->uint(), 42U);
    EXPECT_FALSE(r.option(option::etag));
    EXPECT_EQ(r.message().token()[0], 0x2a);
    EXPECT_EQ(r.datagram()[0], 0x61);
}

TEST(testing_device, refuses_by_the_rules_of_a_server) {
    device d{site};
    EXPECT_EQ(d.said({code::post, "show"}), "4.05");
    EXPECT_EQ(d.said(request{code::get, "show"}.accept(content_format::json)), "4.06");
    EXPECT_EQ(d.said(request{code::put, "temperature", "1"}.format(content_format::cbor)), "4.15");
    EXPECT_EQ(d.said(request{code::get, "show"}.with(option::if_match)), "4.02");
    EXPECT_EQ(d.said(request{code::get, "show"}.with(option::proxy_scheme, "coap").with(option::uri_host, "a")),
              "5.05");
}

TEST(testing_device, asks_as_a_client_that_is_confirmed_or_is_not) {
    device d{site};
    EXPECT_EQ(d.said(request{code::put, "garden/gate", "1"}.unconfirmed()), "4.01");
    EXPECT_FALSE(is_open);
    EXPECT_EQ(d.said({code::put, "garden/gate", "1"}), "2.04");
    EXPECT_TRUE(is_open);
}

TEST(testing_device, leaves_that_to_a_guard) {
    static constexpr security::key key{1, 2, 3, 4};
    device d{site, echo_guard{key}};
    const auto challenge = d.ask({code::put, "garden/gate", "0"});
    ASSERT_EQ(challenge.code(), code::unauthorized);
    const auto echo = challenge.option(option::echo);
    ASSERT_TRUE(echo);
    EXPECT_EQ(d.said(request{code::put, "garden/gate", "0"}.with(option::echo, echo->value)), "2.04");
}

TEST(testing_device, has_the_layers_that_it_is_given) {
    counters counted;
    device d{site, no_response{}, counted};
    EXPECT_EQ(d.said(request{code::get, "temperature"}.with(option::no_response, 2U)), "acknowledged");
    EXPECT_EQ(counted[outcomes::served] + counted[outcomes::unsaid], 1U);
}

TEST(testing_device, takes_any_handler) {
    const auto echo = [](const mincoap::request& r) -> reply { return content(text_of(r.payload().size())); };
    device d{echo};
    const std::array<byte, 3> payload{0, 1, 2};
    EXPECT_EQ(d.said({code::post, "any/path/at/all", payload}), "2.05 ct=0: 3");
}

TEST(testing_device, tells_handlers_time_and_client) {
    static constexpr net::endpoint client = net::ipv4(192, 0, 2, 7, 1);
    std::uint32_t seen_ms = 0;
    const auto look = [&seen_ms](const mincoap::request& r) -> reply {
        seen_ms = r.now_ms;
        return r.remote() == client ? code::valid : code::forbidden;
    };
    device d{look};
    EXPECT_EQ(d.said(request{code::get}.from(client), 1234), "2.03");
    EXPECT_EQ(seen_ms, 1234U);
    EXPECT_EQ(d.said({code::get}), "4.03");
}

TEST(testing_exchange, asks_a_server_of_the_users) {
    testing::network socket;
    server own{socket, site, unguarded{}};
    EXPECT_EQ(testing::exchange(own, socket, {code::get, "show"}).text(), "x");
    EXPECT_TRUE(testing::exchange(own, socket, request{code::get, "nothing"}.to_group()).is_silence());
}

TEST(testing_request, writes_options_in_order_whatever_the_order_they_are_given_in) {
    std::array<byte, 64> memory{};
    const bytes datagram = request{code::get, "a/b"}
                               .with(option::size1, 300U)
                               .query("q")
                               .with(option::uri_host, "h")
                               .with(option::if_none_match)
                               .write(memory);
    const std::array<byte, 18> expected{0x41, 1,    0,   1,    0x2a, 0x31, 'h', 0x20, 0x61,
                                        'a',  0x01, 'b', 0x41, 'q',  0xd2, 32,  0x01, 0x2c};
    EXPECT_TRUE(std::equal(datagram.begin(), datagram.end(), expected.begin(), expected.end()));
}

TEST(testing_request, is_nothing_where_it_does_not_fit) {
    std::array<byte, 8> memory{};
    EXPECT_TRUE((request{code::get, "a/b"}.write(memory).empty()));
}

}  // namespace
}  // namespace mincoap
