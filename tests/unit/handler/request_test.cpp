// The request as a handler sees it: the message, its addresses, the time and its options.
#include <vector>

#include <gtest/gtest.h>

#include "../../support/exchange.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::inspect;
using test::packet;

TEST(request, has_the_message) {
    const packet datagram = "41 03 12 34 77 b1 'a' 10 ff 'on'";
    inspect(datagram, [](const request& r) {
        EXPECT_EQ(r.method(), code::put);
        EXPECT_EQ(as_text(r.payload()), "on");
        EXPECT_EQ(packet{r.message.token()}, packet{"77"});
        EXPECT_EQ(r.message.message_id(), 0x1234);
        EXPECT_TRUE(r.message.options().find(option::uri_path));
    });
}

TEST(request, says_where_it_came_from_and_when) {
    inspect(
        ask(code::get),
        [](const request& r) {
            EXPECT_EQ(r.remote(), test::client);
            EXPECT_EQ(r.local(), test::device);
            EXPECT_FALSE(r.multicast());
            EXPECT_EQ(r.now_ms, 0xffff'fff0U);
        },
        test::unicast(), 0xffff'fff0U);
    inspect(
        ask(code::get).non(),
        [](const request& r) {
            EXPECT_TRUE(r.multicast());
            EXPECT_EQ(r.local(), net::endpoint{});
        },
        test::multicast());
}

TEST(request, has_the_segments_of_its_path) {
    const auto expect_segments = [](const packet& datagram, const std::vector<std::string>& expected) {
        inspect(datagram, [&](const request& r) {
            std::vector<std::string> seen;
            for (const message::option_view s : r.segments()) seen.emplace_back(s.text());
            EXPECT_EQ(seen, expected);
        });
    };
    expect_segments(ask(code::get), {});
    expect_segments(ask(code::get, "a"), {"a"});
    expect_segments(ask(code::get, "a/bc/def"), {"a", "bc", "def"});
    expect_segments(ask(code::get).segment("").segment("a/b").segment("\xc3\xa4%20"), {"", "a/b", "\xc3\xa4%20"});
    expect_segments(ask(code::get).with(3, "'host'").with(7, "16 33").segment("a").query("q").accept(0), {"a"});
    const std::string thirteen(13, 'm');
    const std::string longest(255, 'l');
    expect_segments(ask(code::get).segment(thirteen).segment(longest).segment(""), {thirteen, longest, ""});
}

// RFC 7252 §5.10.3, §5.10.4: both are uints, leading zeros included.
TEST(request, has_its_formats) {
    inspect(ask(code::get), [](const request& r) {
        EXPECT_TRUE(r.content_format.is_absent());
        EXPECT_TRUE(r.accept.is_absent());
    });
    inspect(ask(code::put).format(0).accept(0), [](const request& r) {
        EXPECT_EQ(r.content_format, content_format::text_plain);
        EXPECT_EQ(r.accept, content_format::text_plain);
    });
    inspect(ask(code::put).format(60).accept(257), [](const request& r) {
        EXPECT_EQ(r.content_format, content_format::cbor);
        EXPECT_EQ(r.accept, content_format::concise_problem_details);
    });
    inspect(ask(code::put).with(12, "00 3c").with(17, "00"), [](const request& r) {
        EXPECT_EQ(r.content_format, content_format::cbor);
        EXPECT_EQ(r.accept, content_format::text_plain);
    });
    inspect(ask(code::put).format(65535), [](const request& r) {
        EXPECT_FALSE(r.content_format.is_absent());
        EXPECT_EQ(r.content_format, static_cast<content_format>(65535));
    });
}

// RFC 7252 §5.4.3, §5.4.5: Content-Format is elective, so that one of a wrong length, or a second one, is ignored.
TEST(request, ignores_a_content_format_that_its_definition_does_not_allow) {
    inspect(ask(code::put).with(12, "00 00 00"), [](const request& r) { EXPECT_TRUE(r.content_format.is_absent()); });
    inspect(ask(code::put).with(12, "00 00 00").with(12, "3c"),
            [](const request& r) { EXPECT_EQ(r.content_format, content_format::cbor); });
    inspect(ask(code::put).format(60).format(0),
            [](const request& r) { EXPECT_EQ(r.content_format, content_format::cbor); });
}

TEST(request, has_the_set_of_its_critical_options) {
    inspect(ask(code::get), [](const request& r) { EXPECT_EQ(r.critical_options, 0U); });
    inspect(ask(code::get, "a/b").query("q").query("r").format(0).accept(0).with(5).with(252, "00"),
            [](const request& r) {
                EXPECT_EQ(r.critical_options, set_of(option::uri_path) | set_of(option::uri_query) |
                                                  set_of(option::accept) | set_of(option::if_none_match));
            });
}

TEST(option_set, has_a_bit_for_each_critical_option_of_the_table_up_to_proxy_scheme) {
    option_set seen = 0;
    for (const message::option_properties& p : message::option_table) {
        if (!is_critical(p.number)) continue;
        EXPECT_EQ(seen & set_of(p.number), 0U) << number_of(p.number);
        seen |= set_of(p.number);
    }
    EXPECT_EQ(seen & malformed_options, 0U);
    static_assert(set_of(static_cast<option>(41)) == set_of(static_cast<option>(65535)), "others share one");
    static_assert((set_of(static_cast<option>(41)) & set_of(option::proxy_scheme)) == 0);
    static_assert((set_of(static_cast<option>(41)) & malformed_options) == 0);
}

TEST(method_set, has_a_bit_for_each_method) {
    static_assert(set_of(code::get) == 0b10);
    static_assert(set_of(code::ipatch) == 0b1000'0000);
}

}  // namespace
}  // namespace mincoap
