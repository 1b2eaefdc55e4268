// The content of a store during uploads, and uploads by two clients at once.
#include <array>

#include "upload_fixture.hpp"

namespace mincoap::upload_tests {
namespace {

// ---- Existence

// RFC 7252 §5.8.1: "an appropriate error". If-Match fails as long as there is no content.
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

// A sink that does not see the request chooses the response code itself.
TEST_F(upload_test, post_changes_what_it_makes) { EXPECT_EQ(told(post_block(0, last, "x")).substr(0, 4), "2.04"); }

// RFC 7252 §4.5: without deduplication, a repeated request gets the same response as the first one.
TEST_F(upload_test, repeated_put_of_a_whole_body_is_answered_as_the_first_time) {
    const auto whole = [](std::uint16_t id) { return ask(code::put, "s").id(id).with(if_none_match).payload("x"); };
    EXPECT_EQ(told(whole(1)), "2.01");
    EXPECT_EQ(told(whole(1)), "2.01");
    EXPECT_EQ(told(whole(2)), "4.12") << "this is another request";
    EXPECT_EQ(told_at(7, whole(1)), "4.12") << "this is another client";
    EXPECT_EQ(told(ask(code::put, "s").id(3).payload("x")), "2.04");
}

// The body's size is a multiple of the block size, and the client notices only late that the body has ended.
TEST_F(upload_test, empty_last_block_may_come_again) {
    EXPECT_EQ(put(0, more, a16), "2.31 1:0/1/16");
    for (int i = 0; i < 3; ++i) EXPECT_EQ(put(1, last, ""), "2.01 1:1/0/16");
    EXPECT_EQ(put(2, last, ""), "4.08");
    EXPECT_EQ(content(), "2.05 ct=42: " + a16);
}

// A block within the received body is a repetition of the last block only if it ends where the body ends.
TEST_F(upload_test, last_block_that_would_cut_a_body_is_none_that_came) {
    EXPECT_EQ(put(0, more, a16), "2.31 1:0/1/16");
    EXPECT_EQ(put(1, more, b16), "2.31 1:1/1/16");
    EXPECT_EQ(put(1, last, "bbb"), "4.08") << "no body is complete";
    EXPECT_EQ(content(), "4.04");
    EXPECT_EQ(put(2, last, "c"), "2.01 1:2/0/16");
    EXPECT_EQ(put(1, last, b16), "4.08") << "it was not the last block";
    EXPECT_EQ(put(2, last, ""), "4.08");
    EXPECT_EQ(put(1, more, b16), "2.31 1:1/1/16");
    EXPECT_EQ(content(), "2.05 ct=42: " + a16 + b16 + "c");
}

// A complete body ends at the end of its last block.
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
    EXPECT_EQ(told_at(2, block(1, last, "b"), 5'000), "4.08") << "the same bytes, but of another client";
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

// The store is busy with another upload, so the server does not check conditions yet.
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

// ---- byte_store

constexpr code write_text(auto& to, std::uint32_t offset, std::string_view text, bool more_follow) {
    std::array<byte, 32> copy{};
    for (std::size_t i = 0; i < text.size(); ++i) copy[i] = static_cast<byte>(text[i]);
    return to.write(offset, bytes{copy}.first(text.size()), more_follow);
}

// At compile time, because an out-of-bounds write does not compile.
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
    EXPECT_EQ(write_text(store, 3, "x", false), code::request_entity_incomplete) << "the old content is gone";
    EXPECT_EQ(as_text(store.content()), "ab");
    std::array<byte, 3> part{};
    EXPECT_FALSE(store.read(0, part));
}

// ---- Behind the end of a body

// The memory behind the body holds zeros or older content.
TEST_F(upload_test, takes_no_block_that_goes_on_behind_the_body_for_one_that_came_before) {
    EXPECT_EQ(put(0, more, a16), "2.31 1:0/1/16");
    EXPECT_EQ(put(1, last, "b"), "2.01 1:1/0/16");
    EXPECT_EQ(put(1, last, std::string_view{"b\0", 2}), "4.08");
    EXPECT_EQ(content(), "2.05 ct=42: " + a16 + "b");
    EXPECT_EQ(put(1, last, "b"), "2.01 1:1/0/16") << "this block is a repetition";
}

}  // namespace
}  // namespace mincoap::upload_tests
