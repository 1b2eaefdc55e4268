// Deduplication (RFC 7252 §4.5).
#include <mincoap/layer/deduplicate.hpp>

#include <gtest/gtest.h>

#include "../../support/timeline.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::client;
using test::packet;

constexpr net::endpoint other = net::ipv4(192, 0, 2, 9, 40001);

int counter = 0;
constexpr auto site = routes(
    at<"count">(get([] { return content(text_of(counter)); }),
                post([] { return ++counter, reply{code::changed, content_format::text_plain, text_of(counter)}; })),
    at<"large">(post([] {
        return ++counter, reply{code::content, content_format::text_plain, "0123456789012345678901234567890123456789"};
    })));

ask add() { return ask{code::post, "count"}.token("aa bb").id(0); }

class deduplicate_test : public ::testing::Test {
protected:
    deduplicate_test() { counter = 0; }
    deduplicate<2, 32> repeated;
    test::timeline<decltype(site), deduplicate<2, 32>> t{site, repeated};
};

TEST_F(deduplicate_test, carries_out_a_post_once_and_repeats_its_answer) {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(t.say(add()), "ack 2.04: 1");
    EXPECT_EQ(counter, 1);
    EXPECT_EQ(t.say(add().id(1)), "ack 2.04: 2");
}

TEST_F(deduplicate_test, repeats_the_same_bytes) {
    std::vector<packet> sent;
    for (int i = 0; i < 2; ++i) {
        t.network.deliver(packet{add()}, test::unicast());
        sent.emplace_back(t.pass(1000).at(0).message.datagram());
    }
    EXPECT_EQ(sent[0], sent[1]);
}

TEST_F(deduplicate_test, tells_endpoints_and_messages_apart) {
    t.say(add());
    EXPECT_EQ(t.say(add(), other), "ack 2.04: 2");
    EXPECT_EQ(t.say(add().payload("x")), "ack 2.04: 3") << "another message with the same Message ID is no copy";
}

TEST_F(deduplicate_test, forgets_after_247_s) {
    t.say(add());
    t.pass(246'900);
    EXPECT_EQ(t.say(add()), "ack 2.04: 1");
    t.pass(200);
    EXPECT_EQ(t.say(add()), "ack 2.04: 2");
}

TEST_F(deduplicate_test, ignores_copies_of_a_non_confirmable_request_for_145_s) {
    EXPECT_EQ(t.say(add().non()), "non 2.04: 1");
    t.pass(144'900);
    EXPECT_EQ(t.say(add().non()), "");
    t.pass(200);
    EXPECT_EQ(t.say(add().non()), "non 2.04: 2");
}

TEST_F(deduplicate_test, repeats_errors_too) {
    EXPECT_EQ(t.say(ask{code::post, "nowhere"}), "ack 4.04");
    EXPECT_EQ(t.say(ask{code::post, "nowhere"}), "ack 4.04");
    EXPECT_EQ(t.say(ask{code::get, "count"}), "ack 2.05: 0") << "of another method, not a copy";
}

TEST_F(deduplicate_test, repeats_the_code_alone_of_a_larger_answer) {
    const ask large = ask{code::post, "large"}.token("aa");
    EXPECT_EQ(t.say(large), "ack 2.05: 0123456789012345678901234567890123456789");
    EXPECT_EQ(t.say(large), "ack 2.05");
    EXPECT_EQ(counter, 1);
}

TEST_F(deduplicate_test, uses_a_free_place_before_one_in_use) {
    t.now_ms = 0x8000'0000;  // a place that was never used has no time in the future
    t.say(add().id(1));
    t.say(add().id(2));
    EXPECT_EQ(t.say(add().id(1)), "ack 2.04: 1");
    EXPECT_EQ(t.say(add().id(2)), "ack 2.04: 2");
}

TEST_F(deduplicate_test, survives_the_wrap_of_the_clock) {
    t.now_ms = 0xffff'f000;
    t.say(add());
    t.pass(100'000);
    EXPECT_EQ(t.say(add()), "ack 2.04: 1");
    t.pass(147'100);
    EXPECT_EQ(t.say(add()), "ack 2.04: 2");
}

TEST_F(deduplicate_test, lets_the_oldest_go) {
    t.say(add().id(1));
    t.pass(10);
    t.say(add().id(2));
    t.pass(10);
    t.say(add().id(3));
    EXPECT_EQ(t.say(add().id(2)), "ack 2.04: 2");
    EXPECT_EQ(t.say(add().id(1)), "ack 2.04: 4") << "the entry is gone";
}

TEST_F(deduplicate_test, lets_no_unconfirmed_address_take_the_place_of_a_confirmed_one) {
    t.say(add().id(1));
    t.say(add().id(2));
    t.guard.is_confirmed = false;
    for (int i = 0; i < 10; ++i) t.say(add().id(static_cast<std::uint16_t>(100 + i)), other);
    const int before = counter;
    t.guard.is_confirmed = true;
    EXPECT_EQ(t.say(add().id(1)), "ack 2.04: 1");
    EXPECT_EQ(t.say(add().id(2)), "ack 2.04: 2");
    EXPECT_EQ(counter, before);
}

TEST_F(deduplicate_test, serves_get_again) {
    EXPECT_EQ(t.say(ask{code::get, "count"}), "ack 2.05: 0");
    counter = 7;
    EXPECT_EQ(t.say(ask{code::get, "count"}), "ack 2.05: 7");
}

TEST(deduplicate, keeps_every_request_if_it_is_told_so) {
    deduplicate<2, 32, every_request> repeated;
    test::timeline t{site, repeated};
    counter = 0;
    EXPECT_EQ(t.say(ask{code::get, "count"}), "ack 2.05: 0");
    counter = 7;
    EXPECT_EQ(t.say(ask{code::get, "count"}), "ack 2.05: 0");
}

// The code alone would be a response without its content.
TEST(deduplicate, serves_a_get_again_whose_answer_it_cannot_keep) {
    static constexpr auto poem = routes(at<"poem">(text("0123456789012345678901234567890123456789")));
    deduplicate<2, 32, every_request> repeated;
    test::timeline t{poem, repeated};
    const std::string answer = t.say(ask{code::get, "poem"});
    EXPECT_EQ(answer, "ack 2.05: 0123456789012345678901234567890123456789");
    EXPECT_EQ(t.say(ask{code::get, "poem"}), answer);
}

// A PUT with a condition. Its copy would find the new state and get 4.12.
TEST(deduplicate, gives_a_conditional_put_its_first_answer_again) {
    static byte_store<64> store;
    static constexpr auto stored = routes(at<"upload">(put_blocks(store), get_blocks(store)));
    deduplicate<4, 32> repeated;
    test::timeline t{stored, repeated};
    const packet create{"40 03 00 03 b6 'upload' ff 'x'"};
    t.say(create);
    const ask once = ask{code::put, "upload"}.with(5).id(77).payload("y");
    EXPECT_EQ(t.say(once), "ack 4.12");
    EXPECT_EQ(t.say(once), "ack 4.12");
    const packet first{"40 03 00 05 14 fd 0c 50 87 a6 'upload' d1 03 08 ff 'yyyyyyyyyyyyyyyy'"};
    const std::string answer = t.say(first);
    EXPECT_EQ(t.say(first), answer);
}

// A socket may lend less memory for a copy than for the first message, such as behind the extension
// headers of IPv6.
TEST(deduplicate, repeats_no_answer_that_is_larger_than_the_memory) {
    deduplicate<2, 64> repeated;
    stack core{site, unguarded{}, repeated};
    const packet request = ask{code::post, "large"};
    const auto answer_in = [&](std::size_t size) {
        std::vector<byte> memory(size);
        std::copy_n(request.view().begin(), request.size(), memory.begin());
        origin from{test::unicast()};
        from.size = request.size();
        return core.receive(memory, from, 1000);
    };
    const std::size_t size = answer_in(100);
    EXPECT_GT(size, net::min_lent_size);
    EXPECT_EQ(answer_in(net::min_lent_size), 0U);
    EXPECT_EQ(answer_in(size), size);
}

// A copy of four bytes must not trigger the stored response to a longer request.
TEST_F(deduplicate_test, gives_the_answer_to_no_shorter_message_with_the_same_message_id) {
    t.say(add());
    EXPECT_EQ(t.say("40 02 00 00"), "ack 4.04") << "POST of the root, with the Message ID of the first";
    EXPECT_EQ(counter, 1);
}

}  // namespace
}  // namespace mincoap
