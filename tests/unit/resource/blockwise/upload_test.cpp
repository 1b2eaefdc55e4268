// Block-wise PUT, its conditions, and all kinds of sinks.
#include <array>
#include <string>

#include "upload_fixture.hpp"

namespace mincoap::upload_tests {
namespace {

// ---- PUT

// RFC 7959 §2.3, §2.9.1: 2.31 with the Block1 of the request until the last block. §3.2, figure 8.
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

// RFC 7959 §2.5: the client may continue in smaller blocks. Only the offset of a block matters.
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
    EXPECT_EQ(put(1, last, "b"), "4.08") << "the first block is missing";
    EXPECT_EQ(put(0, more, a16), "2.31 1:0/1/16");
    EXPECT_EQ(put(2, more, c16), "4.08");
    EXPECT_EQ(put(2, last, "c"), "4.08");
    EXPECT_EQ(content(), "4.04");
    EXPECT_EQ(put(1, last, "b"), "2.01 1:1/0/16") << "the missing block may still arrive";
    EXPECT_EQ(content(), "2.05 ct=42: " + a16 + "b");
}

// RFC 7252 §4.5: the response was lost, and the server does not deduplicate.
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
    EXPECT_EQ(put(2, last, "x"), "4.08") << "the first upload has left no data";
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

// RFC 7959 §2.4: the ETag tells a reader that blocks belong to different bodies. A late block of an upload that
// was overtaken by another one must not change the body without changing the ETag.
TEST_F(upload_test, body_does_not_change_behind_its_tag) {
    EXPECT_EQ(put(0, more, a16), "2.31 1:0/1/16");
    EXPECT_EQ(put(1, more, b16), "2.31 1:1/1/16");
    EXPECT_EQ(put(2, last, "end"), "2.01 1:2/0/16");
    const packet before = c.answer(ask(code::get, "s"));
    put(1, more, c16);
    const packet after = c.answer(ask(code::get, "s"));
    EXPECT_EQ(described(before) == described(after), tag_in(before) == tag_in(after)) << described(after);
}

// RFC 7959 §2.2: a block with M set has exactly the size of SZX, and the last block at most. §2.3: "4.00 Bad
// Request".
TEST_F(upload_test, refuses_a_block_whose_payload_is_not_its_size) {
    EXPECT_EQ(told(ask(code::put, "s").payload("before")), "2.01");
    EXPECT_EQ(put(0, more, std::string(15, 'a')), "4.00");
    EXPECT_EQ(put(0, more, std::string(17, 'a')), "4.00");
    EXPECT_EQ(put(0, more, ""), "4.00");
    EXPECT_EQ(put(0, more, a16, 1), "4.00");
    EXPECT_EQ(put(0, last, std::string(17, 'a')), "4.00");
    EXPECT_EQ(content(), "2.05 ct=42: before") << "no upload has begun";
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

// RFC 7959 §2.9.3, §4: Size1 is the largest size that the server accepts.
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
    EXPECT_EQ(put(4, last, ""), "2.04 1:4/0/16") << "the body fills the store and replaces the old one";
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

// RFC 7252 §5.4.3, §5.4.5: Size1 is elective, so the server ignores one of an invalid length and a second one.
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
    EXPECT_EQ(told(ask(code::put, "json").payload("[]")), "2.04") << "without a format";
    EXPECT_EQ(told(block(0, more, a16).format(42)), "2.31 1:0/1/16");
}

// ---- Conditions

// RFC 7252 §5.10.8: the server evaluates the condition when the first block arrives.
TEST_F(upload_test, holds_if_match_against_the_first_block) {
    EXPECT_EQ(told(block(0, more, a16).with(if_match)), "4.12") << "the store has no content";
    EXPECT_EQ(told(ask(code::put, "s").payload("before")), "2.01");
    const packet tag = tag_in(c.answer(ask(code::get, "s")));
    EXPECT_EQ(told(block(0, more, a16).with(if_match, "01 02")), "4.12");
    EXPECT_EQ(told(ask(code::put, "s").with(if_match, "01 02").payload("whole")), "4.12");
    EXPECT_EQ(content(), "2.05 ct=42: before");
    EXPECT_EQ(told(block(0, more, a16).with(if_match, tag)), "2.31 1:0/1/16");
    EXPECT_EQ(told(block(1, last, "b").with(if_match, tag)), "2.04 1:1/0/16") << "the content has changed by now";
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

// The condition held when the first block arrived. When the block is repeated, the replaced body is gone.
TEST_F(upload_test, conditional_first_block_may_come_again) {
    EXPECT_EQ(told(ask(code::put, "s").id(1).payload("before")), "2.01");
    const packet tag = tag_in(c.answer(ask(code::get, "s")));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(told(block(0, more, a16).id(2).with(if_match, tag)), "2.31 1:0/1/16");
    EXPECT_EQ(told(block(0, more, c16).id(3).with(if_match, tag)), "4.12") << "this is another body";
    EXPECT_EQ(told(block(0, last, a16).id(3).with(if_match, tag)), "4.12") << "so is this";
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

// A sink that implements `exists`. Without it, a sink's content always exists.
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

// A sink that receives the request. It writes into the slot that the query names, and adds a diagnostic payload.
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

// The sink has no representation for a condition to compare with, and no size limit.
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

}  // namespace
}  // namespace mincoap::upload_tests
