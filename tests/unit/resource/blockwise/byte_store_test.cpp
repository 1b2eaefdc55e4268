// Stores with initial content, and stores that keep the Content-Format of a PUT.
#include <string>

#include <gtest/gtest.h>

#include "../../../support/exchange.hpp"
#include "../../../support/options.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::block1;
using test::block_value;
using test::core;
using test::etag_number;
using test::if_match;
using test::if_none_match;
using test::last;
using test::more;
using test::packet;

constinit byte_store<16> named{"unnamed"};
constexpr std::array<byte, 3> three{1, 2, 3};
static_assert(byte_store<3>{bytes{three}}.content().size() == 3);
static_assert(byte_store<3>{bytes{three}}.measure().tag == etag{bytes{three}});
static_assert(byte_store<3>{""}.exists() && !byte_store<3>{}.exists());
static_assert(byte_store<3>{"abc"}.answered() == code::changed);

TEST(byte_store, has_its_first_content) {
    constexpr auto site = routes(at<"s">(get_blocks<content_format::text_plain>(named), put_blocks(named)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "s")), "2.05 ct=0: unnamed");
    EXPECT_EQ(c.said(ask(code::put, "s").with(if_none_match).payload("x")), "4.12");
    EXPECT_EQ(c.said(ask(code::put, "s").with(if_match).payload("x")), "2.04");
    EXPECT_EQ(c.said(ask(code::get, "s")), "2.05 ct=0: x");
}

// Initial content larger than the store is a programming error. A checked build traps.
TEST(byte_store, first_content_has_to_fit) {
    if constexpr (checked_build) EXPECT_DEATH((byte_store<3>{std::string_view{"four"}}), "");
    else EXPECT_FALSE((byte_store<3>{std::string_view{"four"}}.exists()));
    EXPECT_EQ((byte_store<4>{std::string_view{"four"}}.measure().size), 4U);
}

// ---- Stores of any format

class formatted_store_test : public testing::Test {
protected:
    static inline formatted_store<64> store;
    static constexpr auto site = routes(at<"s">(get_blocks(store), put_blocks(store)));

    void SetUp() override { store = {}; }
    static ask put(std::string_view payload) { return ask{code::put, "s"}.payload(payload); }
    static ask block(std::uint32_t number, bool more_follow, std::string_view payload) {
        return put(payload).with(block1, block_value(number, more_follow, 0));
    }
    std::string content() { return c.said(ask{code::get, "s"}); }
    packet tag() {
        const packet answer = c.answer(ask{code::get, "s"});
        return packet{message::view::parse(answer.view())->options().find(option::etag)->value};
    }

    core<decltype(site)> c{site};
    const std::string full = std::string(16, 'a');
};

TEST_F(formatted_store_test, body_keeps_the_format_it_came_with) {
    EXPECT_EQ(content(), "4.04");
    EXPECT_EQ(c.said(put("{}").format(50)), "2.01");
    EXPECT_EQ(content(), "2.05 ct=50: {}");
    EXPECT_EQ(c.said(ask(code::get, "s").accept(50)), "2.05 ct=50: {}");
    EXPECT_EQ(c.said(ask(code::get, "s").accept(60)), "4.06");
    EXPECT_EQ(c.said(put("text").format(0)), "2.04");
    EXPECT_EQ(content(), "2.05 ct=0: text");
    EXPECT_EQ(c.said(put("any").format(65'000)), "2.04");
    EXPECT_EQ(content(), "2.05 ct=65000: any");
    EXPECT_EQ(c.said(put("bytes")), "2.04");
    EXPECT_EQ(content(), "2.05 ct=42: bytes") << "the PUT had no format";
}

// RFC 7959 §2.9.2: 4.08 for a block in another format than the rest of the body.
TEST_F(formatted_store_test, blocks_of_a_body_have_one_format) {
    EXPECT_EQ(c.said(block(0, more, full).format(50)), "2.31");
    EXPECT_EQ(c.said(block(1, last, "b").format(60)), "4.08");
    EXPECT_EQ(c.said(block(1, last, "b")), "2.01") << "the block has no format";
    EXPECT_EQ(content(), "2.05 ct=50: " + full + "b");
}

TEST_F(formatted_store_test, refused_block_changes_no_format) {
    net::arrival other = test::unicast();
    other.route.remote.port = 7;
    EXPECT_EQ(c.said(block(0, more, full).format(50)), "2.31");
    EXPECT_EQ(c.said(put("x").format(60), other), "5.03");
    EXPECT_EQ(c.said(block(1, last, "b").format(50)), "2.01");
    EXPECT_EQ(c.said(put("x").format(60).id(9).with(if_none_match)), "4.12");
    EXPECT_EQ(content(), "2.05 ct=50: " + full + "b");
}

// RFC 7252 §5.10.6: two representations of one resource have different ETags.
TEST_F(formatted_store_test, same_bytes_of_another_format_have_another_tag) {
    EXPECT_EQ(c.said(put("[]").format(50)), "2.01");
    const packet as_json = tag();
    EXPECT_EQ(c.said(put("[]").format(0).id(2).with(if_match, as_json)), "2.04");
    EXPECT_NE(tag(), as_json);
    EXPECT_EQ(c.said(put("{}").format(50).with(if_match, as_json)), "4.12");
    EXPECT_EQ(c.said(ask(code::get, "s").with(etag_number, tag())), "2.03");
}

TEST_F(formatted_store_test, program_says_the_format) {
    static formatted_store<8> first{content_format::json, "[]"};
    constexpr auto one = routes(at<"s">(get_blocks(first).max_age<5>()));
    core to_it{one};
    EXPECT_EQ(to_it.said(ask(code::get, "s")), "2.05 ct=50: []");
    EXPECT_EQ(first.write(content_format::cbor, 0, bytes{three}, false), code::changed);
    EXPECT_EQ(to_it.said(ask(code::get, "s").accept(60)), "2.05 ct=60: \1\2\3");
    EXPECT_EQ(first.format(), content_format::cbor);
}

}  // namespace
}  // namespace mincoap
