// Block-wise POST with a block-wise response.
#include <string>

#include "upload_fixture.hpp"

namespace mincoap::upload_tests {
namespace {

// ---- POST

// RFC 7959 §3.3, figure 11: request and response are both large. The last request has Block1, and its response
// has Block1 and the first Block2. The client asks for the rest of the response by Block2 alone.
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
    EXPECT_EQ(told_by_small(rest(1, 1)), "2.04 ct=42 2:1/0/32: " + c16 + "end") << "the response was lost";
    EXPECT_EQ(told_by_small(rest(3, 0)), "2.04 ct=42 2:3/0/16: end");
    EXPECT_EQ(told_by_small(rest(4, 0)), "4.00") << "there is no such block";
    EXPECT_EQ(as_text(store.content()), a16 + b16 + c16 + "end") << "the request changes nothing";
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

// RFC 7959 §3.3: the client may announce early in which block size it wants the response.
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

// The sink's response code applies to each block of the response, not only to the first one.
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

// The server refuses an impossible Block2 before the sink receives any data.
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

// RFC 7252 §5.10.6.2: 2.03 answers GET only. A POST that names the ETag of its result still gets the result.
TEST_F(upload_test, post_is_never_answered_with_valid) {
    const packet tag = tag_in(c.answer(ask(code::post, "post").payload("x")));
    EXPECT_EQ(told(ask(code::post, "post").with(etag_number, tag).payload("x")), "2.04 ct=42: x");
}

}  // namespace
}  // namespace mincoap::upload_tests
