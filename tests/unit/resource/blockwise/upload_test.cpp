// Bodies that are written block by block: what a client sends, what it is told, and what stands in the store then.
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "../../../support/exchange.hpp"
#include "../../../support/options.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::block1;
using test::block2;
using test::block_value;
using test::core;
using test::etag_number;
using test::if_match;
using test::if_none_match;
using test::last;
using test::more;
using test::packet;
using test::request_tag;
using test::size1;
using test::uint;

std::string block_text(std::uint32_t value) {
    return std::to_string(value >> 4) + ((value & 8) != 0 ? "/1/" : "/0/") + std::to_string(16U << (value & 7));
}

// RFC 7959 §3 has it that way: "2.31 1:0/1/16", and Content-Format, Size1 and payload where there are any.
std::string described(const packet& sent) {
    if (sent.size() == 0) return "silence";
    const auto message = message::view::parse(sent.view());
    if (!message) return "malformed";
    const unsigned code = static_cast<unsigned>(message->code());
    std::string text = std::to_string(code / 32) + (code % 32 < 10 ? ".0" : ".") + std::to_string(code % 32);
    for (const message::option_view o : message->options()) {
        if (o.number == option::content_format) text += " ct=" + std::to_string(o.uint());
        if (o.number == option::max_age) text += " max-age=" + std::to_string(o.uint());
        if (o.number == option::block1) text += " 1:" + block_text(o.uint());
        if (o.number == option::block2) text += " 2:" + block_text(o.uint());
        if (o.number == option::size1) text += " size1=" + std::to_string(o.uint());
    }
    if (!message->payload().empty()) text += ": " + std::string{as_text(message->payload())};
    return text;
}

packet tag_in(const packet& sent) {
    const auto message = message::view::parse(sent.view());
    const auto found = message ? message->options().find(option::etag) : std::nullopt;
    EXPECT_TRUE(found) << testing::PrintToString(sent);
    return found ? packet{found->value} : packet{};
}

const std::string a16(16, 'a');
const std::string b16(16, 'b');
const std::string c16(16, 'c');
const std::string d16(16, 'd');

// Takes anything: notes what it is given.
struct open_sink {
    std::string log;
    code answer = code::changed;

    code write(std::uint32_t offset, bytes data, bool more_follow) {
        log += std::to_string(offset) + "+" + std::to_string(data.size()) + (more_follow ? " " : ".");
        return answer;
    }
};

class upload_test : public testing::Test {
protected:
    static inline byte_store<64> store;
    static inline open_sink open;
    static constexpr auto site =
        routes(at<"s">(get_blocks(store), put_blocks(store)), at<"json">(put_blocks<content_format::json>(store)),
               at<"open">(put_blocks(open)), at<"post">(post_blocks(store)),
               at<"other">(post_blocks<content_format::json, content_format::text_plain>(store)));

    void SetUp() override {
        store = {};
        open = {};
    }

    std::string told(const packet& datagram) { return described(c.answer(datagram)); }
    std::string put(std::uint32_t number, bool more_follow, std::string_view payload, unsigned size_exponent = 0) {
        return told(block(number, more_follow, payload, size_exponent));
    }
    static ask block(std::uint32_t number, bool more_follow, std::string_view payload, unsigned size_exponent = 0) {
        return ask{code::put, "s"}.with(block1, block_value(number, more_follow, size_exponent)).payload(payload);
    }
    static ask post_block(std::uint32_t number, bool more_follow, std::string_view payload, unsigned exponent = 0) {
        return ask{code::post, "post"}.with(block1, block_value(number, more_follow, exponent)).payload(payload);
    }
    std::string content() { return told(ask{code::get, "s"}); }

    static net::arrival client_at(std::uint16_t port) {
        net::arrival about = test::unicast();
        about.route.remote.port = port;
        return about;
    }
    std::string told_at(std::uint16_t port, const packet& datagram, std::uint32_t now_ms = 0) {
        return described(c.answer(datagram, client_at(port), now_ms));
    }

    core<decltype(site)> c{site};
};

// ---- PUT

// RFC 7959 §2.3, §2.9.1: 2.31 with the Block1 of the request until the last block; §3.2, figure 8.
TEST_F(upload_test, takes_blocks_in_order) {
    EXPECT_EQ(put(0, more, a16), "2.31 1:0/1/16");
    EXPECT_EQ(put(1, more, b16), "2.31 1:1/1/16");
    EXPECT_EQ(put(2, last, "the end"), "2.01 1:2/0/16");
    EXPECT_EQ(content(), "2.05 ct=42: " + a16 + b16 + "the end");
}

TEST_F(upload_test, echoes_block1_byte_by_byte) {
    const packet first = packet{"42 03 12 34 77 88 b1 's' d1 03 08 ff"} + test::text_packet(a16);
    EXPECT_EQ(c.answer(first), packet{"62 5f 12 34 77 88 d1 0e 08"});
    const packet second = packet{"42 03 12 35 77 89 b1 's' d1 03 10 ff 'b'"};
    EXPECT_EQ(c.answer(second), packet{"62 41 12 35 77 89 d1 0e 10"});
}

TEST_F(upload_test, takes_a_last_block_that_is_full) {
    EXPECT_EQ(put(0, more, a16), "2.31 1:0/1/16");
    EXPECT_EQ(put(1, last, b16), "2.01 1:1/0/16");
    EXPECT_EQ(content(), "2.05 ct=42: " + a16 + b16);
}

TEST_F(upload_test, takes_a_body_of_one_block) {
    EXPECT_EQ(put(0, last, "abc"), "2.01 1:0/0/16");
    EXPECT_EQ(content(), "2.05 ct=42: abc");
}

TEST_F(upload_test, takes_blocks_of_any_size) {
    static byte_store<4096> large;
    constexpr auto large_site = routes(at<"s">(put_blocks(large)));
    core to_large{large_site};
    for (unsigned exponent = 0; exponent <= 6; ++exponent) {
        const std::string size = std::to_string(16U << exponent);
        const std::string full(16U << exponent, static_cast<char>('a' + exponent));
        EXPECT_EQ(described(to_large.answer(block(0, more, full, exponent))), "2.31 1:0/1/" + size);
        EXPECT_EQ(described(to_large.answer(block(1, more, full, exponent))), "2.31 1:1/1/" + size);
        EXPECT_EQ(described(to_large.answer(block(2, last, "x", exponent))),
                  (exponent == 0 ? "2.01 1:2/0/" : "2.04 1:2/0/") + size);
        EXPECT_EQ(as_text(large.content()), full + full + "x");
    }
}

// RFC 7959 §2.5: the client may go on in smaller blocks; where they stand is what counts.
TEST_F(upload_test, takes_blocks_of_sizes_that_change) {
    EXPECT_EQ(put(0, more, a16 + b16, 1), "2.31 1:0/1/32");
    EXPECT_EQ(put(2, more, c16), "2.31 1:2/1/16");
    EXPECT_EQ(put(3, last, "end"), "2.01 1:3/0/16");
    EXPECT_EQ(content(), "2.05 ct=42: " + a16 + b16 + c16 + "end");
}

TEST_F(upload_test, takes_a_body_without_block1) {
    EXPECT_EQ(told(ask(code::put, "s").payload("whole")), "2.01");
    EXPECT_EQ(content(), "2.05 ct=42: whole");
    EXPECT_EQ(told(ask(code::put, "s").format(42).payload(a16 + b16 + c16 + d16)), "2.04");
    EXPECT_EQ(content(), "2.05 ct=42: " + a16 + b16 + c16 + d16);
    EXPECT_EQ(told(ask(code::put, "s")), "2.04");
    EXPECT_EQ(content(), "2.05 ct=42");
}

// RFC 7959 §2.9.2
TEST_F(upload_test, answers_a_gap_with_4_08) {
    EXPECT_EQ(put(1, last, "b"), "4.08") << "there is no beginning";
    EXPECT_EQ(put(0, more, a16), "2.31 1:0/1/16");
    EXPECT_EQ(put(2, more, c16), "4.08");
    EXPECT_EQ(put(2, last, "c"), "4.08");
    EXPECT_EQ(content(), "4.04");
    EXPECT_EQ(put(1, last, "b"), "2.01 1:1/0/16") << "what is missing may still come";
    EXPECT_EQ(content(), "2.05 ct=42: " + a16 + "b");
}

// RFC 7252 §4.5: the answer was lost, and nothing is deduplicated.
TEST_F(upload_test, takes_a_block_again) {
    for (int i = 0; i < 2; ++i) EXPECT_EQ(put(0, more, a16), "2.31 1:0/1/16");
    for (int i = 0; i < 2; ++i) EXPECT_EQ(put(1, more, b16), "2.31 1:1/1/16");
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(put(2, last, "c"), "2.01 1:2/0/16");
        EXPECT_EQ(content(), "2.05 ct=42: " + a16 + b16 + "c");
    }
}

TEST_F(upload_test, begins_anew_at_0) {
    EXPECT_EQ(put(0, more, a16), "2.31 1:0/1/16");
    EXPECT_EQ(put(1, more, b16), "2.31 1:1/1/16");
    EXPECT_EQ(put(0, more, c16), "2.31 1:0/1/16");
    EXPECT_EQ(put(2, last, "x"), "4.08") << "of the first one nothing is left";
    EXPECT_EQ(put(1, last, "d"), "2.01 1:1/0/16");
    EXPECT_EQ(content(), "2.05 ct=42: " + c16 + "d");
    EXPECT_EQ(put(0, last, "short"), "2.04 1:0/0/16");
    EXPECT_EQ(content(), "2.05 ct=42: short");
}

TEST_F(upload_test, shows_nothing_until_the_last_block_has_come) {
    EXPECT_EQ(told(ask(code::put, "s").payload("before")), "2.01");
    EXPECT_EQ(content(), "2.05 ct=42: before");
    EXPECT_EQ(put(0, more, a16), "2.31 1:0/1/16");
    EXPECT_EQ(content(), "4.04");
    EXPECT_EQ(store.measure().size, 0U);
    EXPECT_EQ(told(ask(code::get, "s").with(block2, block_value(1, last, 0))), "4.04");
    EXPECT_EQ(put(1, last, "b"), "2.04 1:1/0/16");
    EXPECT_EQ(content(), "2.05 ct=42: " + a16 + "b");
}

// RFC 7959 §2.4: the ETag is how a reader notices that blocks are not of one body. A late block of an upload that
// another one has overtaken must not change the body behind it.
TEST_F(upload_test, body_does_not_change_behind_its_tag) {
    EXPECT_EQ(put(0, more, a16), "2.31 1:0/1/16");
    EXPECT_EQ(put(1, more, b16), "2.31 1:1/1/16");
    EXPECT_EQ(put(2, last, "end"), "2.01 1:2/0/16");
    const packet before = c.answer(ask(code::get, "s"));
    put(1, more, c16);
    const packet after = c.answer(ask(code::get, "s"));
    EXPECT_EQ(described(before) == described(after), tag_in(before) == tag_in(after)) << described(after);
}

// RFC 7959 §2.2: a block with M set is of the size that SZX says, the last one no larger; §2.3: "4.00 Bad Request".
TEST_F(upload_test, refuses_a_block_whose_payload_is_not_its_size) {
    EXPECT_EQ(told(ask(code::put, "s").payload("before")), "2.01");
    EXPECT_EQ(put(0, more, std::string(15, 'a')), "4.00");
    EXPECT_EQ(put(0, more, std::string(17, 'a')), "4.00");
    EXPECT_EQ(put(0, more, ""), "4.00");
    EXPECT_EQ(put(0, more, a16, 1), "4.00");
    EXPECT_EQ(put(0, last, std::string(17, 'a')), "4.00");
    EXPECT_EQ(content(), "2.05 ct=42: before") << "nothing has begun";
}

// RFC 7959 §2.2: 7 "is reserved, i.e., MUST NOT be sent and MUST lead to a 4.00 Bad Request response code".
TEST_F(upload_test, refuses_the_reserved_size) {
    EXPECT_EQ(told(ask(code::put, "s").payload("before")), "2.01");
    for (const std::uint32_t number : {0U, 1U, 0xf'ffffU})
        for (const bool more_follow : {more, last}) EXPECT_EQ(put(number, more_follow, a16, 7), "4.00") << number;
    EXPECT_EQ(told(post_block(0, last, a16, 7)), "4.00");
    EXPECT_EQ(content(), "2.05 ct=42: before");
}

// RFC 7252 §5.4.3, §5.4.5
TEST_F(upload_test, refuses_block1_that_its_definition_does_not_allow) {
    EXPECT_EQ(told(ask(code::put, "s").with(block1, "00 00 00 00").payload("x")), "4.02");
    EXPECT_EQ(told(block(0, last, "x").with(block1)), "4.02");
    EXPECT_EQ(told(ask(code::put, "s").with(block1, "00 00 00").payload("x")), "2.01 1:0/0/16");
}

// RFC 7959 §2.9.3, §4: Size1 tells what is possible.
TEST_F(upload_test, answers_what_is_too_large_with_4_13_and_size1) {
    const std::string four = a16 + b16 + c16 + d16;
    EXPECT_EQ(told(ask(code::put, "s").payload("before")), "2.01");
    EXPECT_EQ(told(ask(code::put, "s").payload(four + "e")), "4.13 size1=64");
    EXPECT_EQ(put(0, more, four + four, 3), "4.13 size1=64");
    EXPECT_EQ(put(0, last, four + "e", 3), "4.13 size1=64");
    EXPECT_EQ(content(), "2.05 ct=42: before");
    for (std::uint32_t number = 0; number < 4; ++number) EXPECT_EQ(put(number, more, a16).substr(0, 4), "2.31");
    EXPECT_EQ(put(4, last, "e"), "4.13 size1=64");
    EXPECT_EQ(put(0xf'ffff, last, "e", 6), "4.13 size1=64");
    EXPECT_EQ(put(4, last, ""), "2.04 1:4/0/16") << "it is full, and there is no more; it was there before";
    EXPECT_EQ(content(), "2.05 ct=42: " + std::string(64, 'a'));
}

TEST_F(upload_test, believes_an_announced_size1) {
    EXPECT_EQ(told(ask(code::put, "s").payload("before")), "2.01");
    EXPECT_EQ(told(block(0, more, a16).with(size1, uint(65))), "4.13 size1=64");
    EXPECT_EQ(told(block(0, more, a16).with(size1, uint(0xffff'ffff))), "4.13 size1=64");
    EXPECT_EQ(told(post_block(0, more, a16).with(size1, uint(65))), "4.13 size1=64");
    EXPECT_EQ(content(), "2.05 ct=42: before");
    EXPECT_EQ(told(block(0, more, a16).with(size1, uint(64))), "2.31 1:0/1/16");
    EXPECT_EQ(told(block(1, last, "b").with(size1, uint(17))), "2.04 1:1/0/16");
}

// RFC 7252 §5.4.3, §5.4.5: Size1 is elective, so that one of a wrong length, or a second one, is ignored.
TEST_F(upload_test, ignores_a_size1_that_its_definition_does_not_allow) {
    EXPECT_EQ(told(block(0, more, a16).with(size1, "01 00 00 00 ff")), "2.31 1:0/1/16");
    EXPECT_EQ(told(block(0, more, a16).with(size1, "20").with(size1, "ff")), "2.31 1:0/1/16");
}

// RFC 7252 §5.9.2.11
TEST_F(upload_test, takes_its_format_alone) {
    const auto to_json = [](unsigned number) { return ask(code::put, "json").format(number).payload("{}"); };
    EXPECT_EQ(told(to_json(42)), "4.15");
    EXPECT_EQ(told(to_json(0)), "4.15");
    EXPECT_EQ(told(block(0, more, a16).format(50)), "4.15");
    EXPECT_EQ(content(), "4.04");
    EXPECT_EQ(told(to_json(50)), "2.01");
    EXPECT_EQ(told(ask(code::put, "json").payload("[]")), "2.04") << "none is said";
    EXPECT_EQ(told(block(0, more, a16).format(42)), "2.31 1:0/1/16");
}

// ---- Whether there is something

// RFC 7252 §5.8.1: "an appropriate error", and If-Match has found nothing all the time.
TEST_F(upload_test, get_of_what_nobody_has_put_is_not_found) {
    EXPECT_EQ(content(), "4.04");
    EXPECT_EQ(told(ask(code::get, "s").with(block2, block_value(0, last, 6))), "4.04");
    EXPECT_EQ(told(ask(code::put, "s").with(if_match).payload("x")), "4.12");
    const packet empty_tag = uint(etag{}.number());
    EXPECT_EQ(told(ask(code::get, "s").with(etag_number, empty_tag)), "4.04");
    EXPECT_EQ(told(ask(code::put, "s").with(if_match, empty_tag).payload("x")), "4.12");
}

TEST_F(upload_test, empty_body_is_there) {
    EXPECT_EQ(told(ask(code::put, "s")), "2.01");
    const packet tag = tag_in(c.answer(ask(code::get, "s")));
    EXPECT_EQ(told(ask(code::put, "s").with(if_none_match).payload("x")), "4.12");
    EXPECT_EQ(told(ask(code::put, "s").with(if_match, tag).payload("x")), "2.04");
}

// RFC 7252 §5.8.3
TEST_F(upload_test, put_that_makes_it_is_answered_with_created) {
    EXPECT_EQ(put(0, more, a16), "2.31 1:0/1/16");
    EXPECT_EQ(put(1, last, "b"), "2.01 1:1/0/16");
    EXPECT_EQ(put(0, more, a16), "2.31 1:0/1/16");
    EXPECT_EQ(put(1, last, "c"), "2.04 1:1/0/16");
}

// What takes a body without being told of the request says itself what it did.
TEST_F(upload_test, post_changes_what_it_makes) { EXPECT_EQ(told(post_block(0, last, "x")).substr(0, 4), "2.04"); }

// RFC 7252 §4.5: nothing is deduplicated, so that a repeated request is answered as it was the first time.
TEST_F(upload_test, repeated_put_of_a_whole_body_is_answered_as_the_first_time) {
    const auto whole = [](std::uint16_t id) { return ask(code::put, "s").id(id).with(if_none_match).payload("x"); };
    EXPECT_EQ(told(whole(1)), "2.01");
    EXPECT_EQ(told(whole(1)), "2.01");
    EXPECT_EQ(told(whole(2)), "4.12") << "that is another request";
    EXPECT_EQ(told_at(7, whole(1)), "4.12") << "and that another client";
    EXPECT_EQ(told(ask(code::put, "s").id(3).payload("x")), "2.04");
}

// A body whose size is a multiple of the block's, by a client that finds out late that there is no more.
TEST_F(upload_test, empty_last_block_may_come_again) {
    EXPECT_EQ(put(0, more, a16), "2.31 1:0/1/16");
    for (int i = 0; i < 3; ++i) EXPECT_EQ(put(1, last, ""), "2.01 1:1/0/16");
    EXPECT_EQ(put(2, last, ""), "4.08");
    EXPECT_EQ(content(), "2.05 ct=42: " + a16);
}

// What is within what came, but does not end it, is no repetition of the last block.
TEST_F(upload_test, last_block_that_would_cut_a_body_is_none_that_came) {
    EXPECT_EQ(put(0, more, a16), "2.31 1:0/1/16");
    EXPECT_EQ(put(1, more, b16), "2.31 1:1/1/16");
    EXPECT_EQ(put(1, last, "bbb"), "4.08") << "nothing is complete";
    EXPECT_EQ(content(), "4.04");
    EXPECT_EQ(put(2, last, "c"), "2.01 1:2/0/16");
    EXPECT_EQ(put(1, last, b16), "4.08") << "it was not the last one";
    EXPECT_EQ(put(2, last, ""), "4.08");
    EXPECT_EQ(put(1, more, b16), "2.31 1:1/1/16");
    EXPECT_EQ(content(), "2.05 ct=42: " + a16 + b16 + "c");
}

// A complete body ends where its last block did.
TEST_F(upload_test, nothing_is_appended_to_a_complete_body) {
    EXPECT_EQ(put(0, more, a16), "2.31 1:0/1/16");
    EXPECT_EQ(put(1, last, b16), "2.01 1:1/0/16");
    EXPECT_EQ(put(2, last, "c"), "4.08");
    EXPECT_EQ(put(2, more, c16), "4.08");
    EXPECT_EQ(put(1, more, b16), "4.08");
    EXPECT_EQ(content(), "2.05 ct=42: " + a16 + b16);
}

// ---- Two clients

TEST_F(upload_test, two_clients_blocks_are_never_mixed) {
    EXPECT_EQ(told_at(1, block(0, more, a16), 100), "2.31 1:0/1/16");
    EXPECT_EQ(told_at(2, block(0, more, c16), 200), "5.03 max-age=10");
    EXPECT_EQ(told_at(2, block(1, last, "d"), 300), "4.08");
    EXPECT_EQ(told_at(2, block(0, last, "whole"), 400), "5.03 max-age=10");
    EXPECT_EQ(told_at(2, ask(code::put, "s").payload("whole"), 1'100), "5.03 max-age=9");
    EXPECT_EQ(told_at(1, block(1, last, "b"), 5'000), "2.01 1:1/0/16");
    EXPECT_EQ(told_at(2, block(1, last, "b"), 5'000), "4.08") << "the same bytes, but not its own";
    EXPECT_EQ(content(), "2.05 ct=42: " + a16 + "b");
    EXPECT_EQ(told_at(2, block(0, more, c16), 5'100), "2.31 1:0/1/16");
    EXPECT_EQ(told_at(1, block(1, last, "b"), 5'200), "4.08");
    EXPECT_EQ(told_at(2, block(1, last, "d"), 5'300), "2.04 1:1/0/16");
    EXPECT_EQ(content(), "2.05 ct=42: " + c16 + "d");
}

TEST_F(upload_test, client_that_is_gone_does_not_lock_the_store) {
    EXPECT_EQ(told_at(1, block(0, more, a16), 100), "2.31 1:0/1/16");
    EXPECT_EQ(told_at(2, block(0, more, c16), 10'099), "5.03 max-age=1");
    EXPECT_EQ(told_at(2, block(0, more, c16), 10'100), "2.31 1:0/1/16");
    EXPECT_EQ(told_at(1, block(1, last, "b"), 10'200), "4.08");
}

// The store is not to be had, whatever would be there then.
TEST_F(upload_test, condition_of_another_client_is_looked_at_when_its_turn_comes) {
    EXPECT_EQ(told_at(1, block(0, more, a16), 1), "2.31 1:0/1/16");
    EXPECT_EQ(told_at(2, block(0, more, c16).with(if_match), 2), "5.03 max-age=10");
    EXPECT_EQ(told_at(2, block(0, more, c16).with(if_none_match), 3), "5.03 max-age=10");
    EXPECT_EQ(told_at(2, block(0, more, c16).with(if_match), 20'000), "4.12");
    EXPECT_EQ(told_at(2, block(0, more, c16).with(if_none_match), 20'000), "2.31 1:0/1/16");
}

// RFC 9175 §3.3
TEST_F(upload_test, request_tags_tell_two_uploads_of_one_client_apart) {
    const auto tagged = [](const packet& tag, std::uint32_t number, bool more_follow, std::string_view payload) {
        return block(number, more_follow, payload).with(request_tag, tag);
    };
    EXPECT_EQ(told_at(1, tagged("01", 0, more, a16), 1), "2.31 1:0/1/16");
    EXPECT_EQ(told_at(1, tagged("02", 0, more, c16), 2), "5.03 max-age=10");
    EXPECT_EQ(told_at(1, tagged("02", 1, last, "d"), 3), "4.08");
    EXPECT_EQ(told_at(1, tagged("01", 1, last, "b"), 4), "2.01 1:1/0/16");
    EXPECT_EQ(content(), "2.05 ct=42: " + a16 + "b");
}

TEST_F(upload_test, what_the_program_writes_ends_an_upload) {
    EXPECT_EQ(told_at(1, block(0, more, a16), 1), "2.31 1:0/1/16");
    EXPECT_EQ(store.write(0, bytes{}, false), code::changed);
    EXPECT_EQ(told_at(1, block(1, last, "b"), 2), "4.08");
    EXPECT_EQ(content(), "2.05 ct=42");
    EXPECT_EQ(told_at(2, block(0, last, "c"), 3), "2.04 1:0/0/16");
}

// ---- Conditions

// RFC 7252 §5.10.8, held against what there is when the first block comes.
TEST_F(upload_test, holds_if_match_against_the_first_block) {
    EXPECT_EQ(told(block(0, more, a16).with(if_match)), "4.12") << "nothing is there";
    EXPECT_EQ(told(ask(code::put, "s").payload("before")), "2.01");
    const packet tag = tag_in(c.answer(ask(code::get, "s")));
    EXPECT_EQ(told(block(0, more, a16).with(if_match, "01 02")), "4.12");
    EXPECT_EQ(told(ask(code::put, "s").with(if_match, "01 02").payload("whole")), "4.12");
    EXPECT_EQ(content(), "2.05 ct=42: before");
    EXPECT_EQ(told(block(0, more, a16).with(if_match, tag)), "2.31 1:0/1/16");
    EXPECT_EQ(told(block(1, last, "b").with(if_match, tag)), "2.04 1:1/0/16") << "by now it is another one";
    EXPECT_EQ(told(block(0, more, a16).with(if_match, tag)), "4.12");
    EXPECT_EQ(content(), "2.05 ct=42: " + a16 + "b");
    EXPECT_EQ(told(ask(code::put, "s").with(if_match).payload("whole")), "2.04");
}

TEST_F(upload_test, holds_if_none_match_against_the_first_block) {
    EXPECT_EQ(told(block(0, more, a16).with(if_none_match)), "2.31 1:0/1/16");
    EXPECT_EQ(told(block(1, last, "b").with(if_none_match)), "2.01 1:1/0/16");
    EXPECT_EQ(told(block(0, more, c16).with(if_none_match)), "4.12");
    EXPECT_EQ(told(ask(code::put, "s").with(if_none_match).payload("whole")), "4.12");
    EXPECT_EQ(content(), "2.05 ct=42: " + a16 + "b");
}

// What it is conditional on held when it came first; by now the body that it replaces is gone.
TEST_F(upload_test, conditional_first_block_may_come_again) {
    EXPECT_EQ(told(ask(code::put, "s").id(1).payload("before")), "2.01");
    const packet tag = tag_in(c.answer(ask(code::get, "s")));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(told(block(0, more, a16).id(2).with(if_match, tag)), "2.31 1:0/1/16");
    EXPECT_EQ(told(block(0, more, c16).id(3).with(if_match, tag)), "4.12") << "that is another body";
    EXPECT_EQ(told(block(0, last, a16).id(3).with(if_match, tag)), "4.12") << "and so is that";
    EXPECT_EQ(told(block(1, last, "b").id(4).with(if_match, tag)), "2.04 1:1/0/16");
    EXPECT_EQ(told(block(1, last, "b").id(4).with(if_match, tag)), "2.04 1:1/0/16");
    EXPECT_EQ(content(), "2.05 ct=42: " + a16 + "b");
    EXPECT_EQ(told(block(0, more, a16).id(5).with(if_match, tag)), "4.12");
    EXPECT_EQ(content(), "2.05 ct=42: " + a16 + "b");
}

TEST_F(upload_test, first_block_that_comes_again_is_answered_as_created_in_the_end) {
    for (int i = 0; i < 2; ++i) EXPECT_EQ(told(block(0, more, a16).with(if_none_match)), "2.31 1:0/1/16");
    EXPECT_EQ(put(1, last, "b"), "2.01 1:1/0/16");
}

// ---- Other sinks

// A sink that tells in its own way whether there is something. Without `exists`, there always is.
struct noted {
    bool there = true;
    bool exists() const { return there; }
    static body_info measure() { return {}; }
    static bool read(std::uint32_t, mutable_bytes) { return true; }
    static code write(std::uint32_t, bytes, bool) { return code::changed; }
};
struct always {
    static body_info measure() { return {}; }
    static bool read(std::uint32_t, mutable_bytes) { return true; }
    static code write(std::uint32_t, bytes, bool) { return code::changed; }
};

TEST_F(upload_test, reading_and_conditions_agree_on_whether_a_sink_has_something) {
    static noted sink;
    static always other;
    constexpr auto it =
        routes(at<"s">(get_blocks(sink), put_blocks(sink)), at<"other">(get_blocks(other), put_blocks(other)));
    core of_it{it};
    const auto said = [&](const packet& datagram) { return described(of_it.answer(datagram)); };
    for (const bool there : {false, true}) {
        sink.there = there;
        EXPECT_EQ(said(ask(code::get, "s")), there ? "2.05 ct=42" : "4.04");
        EXPECT_EQ(said(ask(code::put, "s").with(if_match)), there ? "2.04" : "4.12");
        EXPECT_EQ(said(ask(code::put, "s").with(if_none_match)), there ? "4.12" : "2.04");
    }
    EXPECT_EQ(said(ask(code::get, "other")), "2.05 ct=42");
    EXPECT_EQ(said(ask(code::put, "other").with(if_match)), "2.04");
    EXPECT_EQ(said(ask(code::put, "other").with(if_none_match)), "4.12");
}

// One that is given the request: it writes into a slot that the query names, and explains itself.
struct slots {
    static constexpr option_set accepted_options = set_of(option::uri_query);
    std::array<std::string, 2> all;

    reply write(const request& r, std::uint32_t offset, bytes data, bool more_follow) {
        const auto name = query_parameter(r, "slot");
        if (name != "0" && name != "1") return diagnostic(code::bad_request, "slot=0 or slot=1");
        std::string& slot = all[name == "1"];
        if (offset == 0) slot.clear();
        if (offset != slot.size()) return code::request_entity_incomplete;
        slot += as_text(data);
        if (r.remote().port == 7) return unavailable(3);
        return more_follow ? reply{code::changed} : created<"slots/1">();
    }
};

TEST_F(upload_test, sink_sees_the_request_and_answers_with_a_reply) {
    static slots sink;
    constexpr auto it = routes(at<"s">(put_blocks(sink)));
    core of_it{it};
    const auto answer = [&](ask datagram) { return of_it.answer(datagram); };
    EXPECT_EQ(described(answer(block(0, more, a16).query("slot=1"))), "2.31 1:0/1/16");
    EXPECT_EQ(described(answer(block(0, last, "x").query("slot=0").with(if_match))), "4.02");
    EXPECT_EQ(described(answer(block(0, last, "x").query("slot=2"))), "4.00: slot=0 or slot=1");
    EXPECT_EQ(described(answer(block(3, more, b16).query("slot=1"))), "4.08");
    EXPECT_EQ(described(of_it.answer(block(1, more, b16).query("slot=1"), client_at(7))), "5.03 max-age=3");
    EXPECT_EQ(sink.all[1], a16 + b16);
    const packet done = answer(block(2, last, "c").query("slot=1"));
    EXPECT_EQ(described(done), "2.01 1:2/0/16");
    EXPECT_TRUE(std::string{as_text(done.view())}.contains("slots\x01"
                                                           "1"))
        << testing::PrintToString(done);
    EXPECT_EQ(sink.all[0], "");
}

// There is nothing to hold a condition against, and no limit.
TEST_F(upload_test, sink_need_not_be_a_representation) {
    const auto to_open = [](std::uint32_t number, bool more_follow) {
        return ask(code::put, "open").with(block1, block_value(number, more_follow, 0)).payload(a16);
    };
    EXPECT_EQ(told(to_open(0, more)), "2.31 1:0/1/16");
    EXPECT_EQ(told(to_open(0xf'ffff, more).with(size1, uint(0xffff'ffff))), "2.31 1:1048575/1/16");
    EXPECT_EQ(told(to_open(7, last)), "2.04 1:7/0/16");
    EXPECT_EQ(told(ask(code::put, "open").payload("whole")), "2.04");
    EXPECT_EQ(open.log, "0+16 16777200+16 112+16.0+5.");
    EXPECT_EQ(told(to_open(0, more).with(if_match)), "4.02");
    EXPECT_EQ(told(to_open(0, more).with(if_none_match)), "4.02");
    EXPECT_EQ(told(ask(code::get, "open")), "4.05");
    EXPECT_EQ(open.log, "0+16 16777200+16 112+16.0+5.");
}

TEST_F(upload_test, sink_says_the_code_of_the_answer) {
    const auto to_open = [](bool more_follow) {
        return ask(code::put, "open").with(block1, block_value(0, more_follow, 0)).payload(a16);
    };
    open.answer = code::created;
    EXPECT_EQ(told(to_open(more)), "2.31 1:0/1/16");
    EXPECT_EQ(told(to_open(last)), "2.01 1:0/0/16");
    EXPECT_EQ(told(ask(code::put, "open").payload("whole")), "2.01");
    open.answer = code::forbidden;
    EXPECT_EQ(told(to_open(more)), "4.03");
    EXPECT_EQ(told(to_open(last)), "4.03");
}

// ---- POST

// RFC 7959 §3.3, figure 11: both sides are large. The last request has Block1, its answer Block1 and the first Block2;
// the rest of the answer is asked for by Block2 alone.
TEST_F(upload_test, post_takes_and_answers_in_blocks) {
    core small{site, 64};
    const auto told_by_small = [&](const packet& datagram) { return described(small.answer(datagram)); };
    EXPECT_EQ(told_by_small(post_block(0, more, a16)), "2.31 1:0/1/16");
    EXPECT_EQ(told_by_small(post_block(1, more, b16)), "2.31 1:1/1/16");
    EXPECT_EQ(told_by_small(post_block(2, more, c16)), "2.31 1:2/1/16");
    EXPECT_EQ(told_by_small(post_block(3, last, "end")), "2.04 ct=42 2:0/1/32 1:3/0/16: " + a16 + b16);
    const auto rest = [](std::uint32_t number, unsigned exponent) {
        return ask(code::post, "post").with(block2, block_value(number, last, exponent));
    };
    EXPECT_EQ(told_by_small(rest(1, 1)), "2.04 ct=42 2:1/0/32: " + c16 + "end");
    EXPECT_EQ(told_by_small(rest(1, 1)), "2.04 ct=42 2:1/0/32: " + c16 + "end") << "it was lost";
    EXPECT_EQ(told_by_small(rest(3, 0)), "2.04 ct=42 2:3/0/16: end");
    EXPECT_EQ(told_by_small(rest(4, 0)), "4.00") << "there is no such block";
    EXPECT_EQ(as_text(store.content()), a16 + b16 + c16 + "end") << "asking changes nothing";
}

TEST_F(upload_test, every_block_of_an_answer_has_the_same_tag) {
    EXPECT_EQ(told(post_block(0, more, a16)), "2.31 1:0/1/16");
    const packet first = c.answer(post_block(1, last, "end").with(block2, block_value(0, last, 0)));
    EXPECT_EQ(described(first), "2.04 ct=42 2:0/1/16 1:1/0/16: " + a16);
    const packet second = c.answer(ask(code::post, "post").with(block2, block_value(1, last, 0)));
    EXPECT_EQ(described(second), "2.04 ct=42 2:1/0/16: end");
    EXPECT_EQ(tag_in(first), tag_in(second));
    EXPECT_NE(tag_in(first), tag_in(c.answer(ask(code::post, "post").payload("other"))));
}

// RFC 7959 §3.3: the client may say early which size it wants the answer in.
TEST_F(upload_test, post_says_with_block2_how_large_the_blocks_of_the_answer_are) {
    const packet wanted = block_value(0, last, 0);
    EXPECT_EQ(told(post_block(0, more, a16).with(block2, wanted)), "2.31 1:0/1/16");
    EXPECT_EQ(told(post_block(1, last, "end").with(block2, wanted)), "2.04 ct=42 2:0/1/16 1:1/0/16: " + a16);
    EXPECT_EQ(told(ask(code::post, "post").with(block2, wanted).payload("x")), "2.04 ct=42 2:0/0/16: x");
    EXPECT_EQ(told(ask(code::post, "post").with(block2, block_value(0, last, 7)).payload("x")), "4.00");
}

TEST_F(upload_test, post_of_what_fits_needs_no_blocks) {
    EXPECT_EQ(told(ask(code::post, "post").payload("whole")), "2.04 ct=42: whole");
    EXPECT_EQ(told(post_block(0, last, "one")), "2.04 ct=42 1:0/0/16: one");
}

TEST_F(upload_test, post_refuses_as_put_does) {
    EXPECT_EQ(told(post_block(1, last, "b")), "4.08");
    EXPECT_EQ(told(post_block(0, more, "short")), "4.00");
    EXPECT_EQ(told(post_block(4, last, "e")), "4.13 size1=64");
    EXPECT_EQ(told(post_block(0, more, a16).format(0)), "4.15");
    EXPECT_EQ(told(post_block(0, more, a16).with(if_match)), "4.02");
    EXPECT_EQ(told(ask(code::post, "post").with(block2, block_value(1, last, 0))), "4.08") << "nothing was posted";
}

// What an answer is said to be counts for all of it, and not for its first block alone.
struct printer {
    code answer = code::created;
    bool done = false;

    code write(std::uint32_t, bytes, bool more_follow) { return done = !more_follow, answer; }
    code answered() const { return done ? answer : code::request_entity_incomplete; }
    static body_info measure() { return {.size = 20, .tag = {}}; }
    static bool read(std::uint32_t offset, mutable_bytes to) {
        for (byte& b : to) b = static_cast<byte>('a' + offset++);
        return true;
    }
};

TEST_F(upload_test, every_block_of_an_answer_has_the_code_of_the_sink) {
    static printer sink;
    constexpr auto it = routes(at<"post">(post_blocks(sink)));
    core of_it{it};
    const auto said = [&](const packet& datagram) { return described(of_it.answer(datagram)); };
    const packet first = block_value(0, last, 0);
    const packet second = block_value(1, last, 0);
    EXPECT_EQ(said(ask(code::post, "post").with(block2, second)), "4.08");
    for (const code answer : {code::created, code::changed, code::deleted}) {
        sink.answer = answer;
        const std::string text = answer == code::created ? "2.01" : answer == code::changed ? "2.04" : "2.02";
        EXPECT_EQ(said(ask(code::post, "post").with(block2, first)), text + " ct=42 2:0/1/16: abcdefghijklmnop");
        EXPECT_EQ(said(ask(code::post, "post").with(block2, second)), text + " ct=42 2:1/0/16: qrst");
    }
    EXPECT_EQ(said(post_block(0, more, a16)), "2.31 1:0/1/16");
    EXPECT_EQ(said(ask(code::post, "post").with(block2, second)), "4.08");
}

// A block of the answer that cannot be is refused before the sink takes what came.
TEST_F(upload_test, post_that_is_refused_changes_nothing) {
    EXPECT_EQ(told(ask(code::post, "post").payload("whole")), "2.04 ct=42: whole");
    const packet reserved = block_value(0, last, 7);
    const packet later = block_value(1, last, 0);
    for (const packet& impossible : {reserved, later}) {
        EXPECT_EQ(told(post_block(0, last, "other").with(block2, impossible)), "4.00");
        EXPECT_EQ(told(post_block(0, more, a16).with(block2, impossible)), "4.00");
    }
    EXPECT_EQ(told(ask(code::post, "post").with(block2, reserved).payload("other")), "4.00");
    EXPECT_EQ(as_text(store.content()), "whole");
}

TEST_F(upload_test, post_may_answer_in_another_format) {
    const auto to_other = [] { return ask(code::post, "other").payload("{}"); };
    EXPECT_EQ(told(to_other().format(50)), "2.04 ct=0: {}");
    EXPECT_EQ(told(to_other().format(0)), "4.15");
    EXPECT_EQ(told(to_other().accept(0)), "2.04 ct=0: {}");
    EXPECT_EQ(told(to_other().accept(50)), "4.06");
}

// RFC 7252 §5.10.6.2: 2.03 answers a GET; a POST that names the tag of what it makes is answered with what it made.
TEST_F(upload_test, post_is_never_answered_with_valid) {
    const packet tag = tag_in(c.answer(ask(code::post, "post").payload("x")));
    EXPECT_EQ(told(ask(code::post, "post").with(etag_number, tag).payload("x")), "2.04 ct=42: x");
}

// ---- byte_store

constexpr code write_text(auto& to, std::uint32_t offset, std::string_view text, bool more_follow) {
    std::array<byte, 32> copy{};
    for (std::size_t i = 0; i < text.size(); ++i) copy[i] = static_cast<byte>(text[i]);
    return to.write(offset, bytes{copy}.first(text.size()), more_follow);
}

// At compile time, where a write past its end does not compile.
static_assert([] {
    byte_store<8> store;
    bool good = store.capacity() == 8 && store.content().empty() && store.measure().size == 0;
    good = good && write_text(store, 0, "abcd", true) == code::changed && store.content().empty();
    good = good && write_text(store, 5, "x", false) == code::request_entity_incomplete;
    good = good && write_text(store, 4, "efgh", true) == code::changed && store.content().empty();
    good = good && write_text(store, 8, "i", false) == code::request_entity_incomplete;
    good = good && write_text(store, 0xffff'ffff, "i", false) == code::request_entity_incomplete;
    good = good && !store.exists() && store.answered() == code::request_entity_incomplete;
    for (int i = 0; i < 2; ++i)
        good = good && write_text(store, 8, "", false) == code::changed && store.content().size() == 8;
    good = good && store.exists() && store.answered() == code::changed;
    std::array<byte, 3> part{};
    good = good && store.read(5, part) && part[0] == 'f' && part[2] == 'h';
    return good && !store.read(6, part) && !store.read(9, {}) && store.read(8, {}) && !store.read(0xffff'ffff, part);
}());

TEST(byte_store, tag_is_that_of_the_content) {
    byte_store<16> one;
    byte_store<32> other;
    EXPECT_EQ(write_text(one, 0, "content", false), code::changed);
    EXPECT_EQ(write_text(other, 0, "cont", true), code::changed);
    EXPECT_EQ(write_text(other, 4, "ent", false), code::changed);
    EXPECT_EQ(one.measure().tag, other.measure().tag);
    EXPECT_EQ(one.measure().size, 7U);
    EXPECT_EQ(write_text(other, 0, "context", false), code::changed);
    EXPECT_NE(one.measure().tag, other.measure().tag);
}

TEST(byte_store, body_may_be_shorter_than_the_last_one) {
    byte_store<16> store;
    EXPECT_EQ(write_text(store, 0, "0123456789abcdef", false), code::changed);
    EXPECT_EQ(write_text(store, 0, "ab", false), code::changed);
    EXPECT_EQ(as_text(store.content()), "ab");
    EXPECT_EQ(write_text(store, 3, "x", false), code::request_entity_incomplete) << "what was there is gone";
    EXPECT_EQ(as_text(store.content()), "ab");
    std::array<byte, 3> part{};
    EXPECT_FALSE(store.read(0, part));
}

// ---- Behind the end of a body

// Behind the body there are zeros, or what was there before.
TEST_F(upload_test, takes_no_block_that_goes_on_behind_the_body_for_one_that_came_before) {
    EXPECT_EQ(put(0, more, a16), "2.31 1:0/1/16");
    EXPECT_EQ(put(1, last, "b"), "2.01 1:1/0/16");
    EXPECT_EQ(put(1, last, std::string_view{"b\0", 2}), "4.08");
    EXPECT_EQ(content(), "2.05 ct=42: " + a16 + "b");
    EXPECT_EQ(put(1, last, "b"), "2.01 1:1/0/16") << "this one did";
}

}  // namespace
}  // namespace mincoap
