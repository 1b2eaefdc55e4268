// OSCORE in a stack without a socket (RFC 8613): test vectors, silence, blocks, and restarts.
#include <mincoap/layer/oscore.hpp>

#include <cstring>
#include <random>

#include <gtest/gtest.h>

#include <mincoap/layer/host_names.hpp>
#include <mincoap/layer/undeduplicated.hpp>

#include "../../support/oscore_client.hpp"
#include "../../support/timeline.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::client;
using test::oscore_client;
using test::packet;
using test::recording_crypto;
using test::shared_secret;

namespace bytes_of = security::oscore;

int changes = 0;
constexpr std::string_view long_text = "a response of far more than three times the size of its request: "
                                       "0123456789012345678901234567890123456789012345678901234567890123456789";

// RFC 8613, appendix C.4 and C.7.
TEST(oscore_layer, answers_as_in_appendix_c) {
    static constexpr auto tv1 = routes(at<"tv1">(get([] { return reply{code::content, {}, "Hello World!"}; })));
    const packet secret = "0102030405060708090a0b0c0d0e0f10", salt = "9e7ca92223786340", server_id = "01";
    bytes_of::contexts<1> peers;
    peers.add<recording_crypto>({.master_secret = secret,
                                 .master_salt = salt,
                                 .sender_id = server_id,
                                 .recipient_id = {},
                                 .id_context = std::nullopt});
    security::key key{1, 2, 3, 4};
    test::core core{tv1, echo_guard{key}, undeduplicated{}, oscore{peers, recording_crypto{}}};
    const packet request = "44025d1f00003974396c6f63616c686f7374620914ff612f1092f1776f1c1668b3825e";
    EXPECT_EQ(core.answer(request), "64445d1f0000397490ffdbaad1e9a7e7b2a813d3c31524378303cdafae119106");
    EXPECT_EQ(core.said(request), "4.01") << "without deduplication, a copy is a replay";
}

TEST(oscore_layer, can_be_silent) {
    static constexpr auto hello = routes(at<"hello">(get([] { return content("Hello"); })));
    bytes_of::contexts<3> peers;
    const shared_secret secret = shared_secret::fresh();
    peers.add<recording_crypto>(secret.of_server());
    security::key key{1, 2, 3, 4};
    test::core core{hello, echo_guard{key}, undeduplicated{}, oscore{peers, recording_crypto{}}.silent()};
    oscore_client c{secret};
    EXPECT_EQ(core.said("40 02 12 35 93 09 00 cc ff aaaaaaaaaaaaaaaaaa"), "silence");
    EXPECT_EQ(core.said("40 02 12 36 90 ff aa"), "silence");
    const packet good = c.protect(ask{code::get, "hello"});
    packet wrong = good;
    wrong[wrong.size() - 1] ^= 1;
    EXPECT_EQ(core.said(wrong), "silence");
    EXPECT_TRUE(c.open(core.answer(good), c.number()));
    EXPECT_EQ(core.said(good), "silence") << "a replay";
    for (const outcome o :
         {outcomes::oscore_unknown, outcomes::oscore_malformed, outcomes::oscore_forged, outcomes::oscore_replayed})
        EXPECT_EQ(core[o], 1U) << o.name();
}

// ---- Damaged requests

struct oscore_damaged : ::testing::Test {
    static constexpr auto hello = routes(at<"hello">(get([] { return content("Hello"); })));

    oscore_damaged() { peers.add<recording_crypto>(secret.of_server()); }

    shared_secret secret = shared_secret::fresh();
    bytes_of::contexts<1> peers;
    security::key key{1, 2, 3, 4};
    test::core<decltype(hello), echo_guard<>, undeduplicated, oscore<bytes_of::contexts<1>, recording_crypto>> core{
        hello, echo_guard{key}, undeduplicated{}, oscore{peers, recording_crypto{}}};
};

TEST_F(oscore_damaged, have_no_payload_of_the_size_of_a_tag) {
    EXPECT_EQ(core.said("40 02 12 36 93 09 00 c1 ff aaaaaaaaaaaaaaaa").substr(0, 4), "4.00");
    EXPECT_EQ(core.said("40 02 12 37 93 09 00 c1 ff aa").substr(0, 4), "4.00");
    EXPECT_EQ(core[outcomes::oscore_forged], 2U);
}

TEST_F(oscore_damaged, get_no_4_02_if_they_are_not_confirmable) {
    EXPECT_EQ(core.said("50 02 12 34 90 ff aa"), "silence");
    EXPECT_EQ(core[outcomes::oscore_malformed], 1U);
}

// ---- Which context, and which host

// Two clients with one Recipient ID differ in the kid context. Without it, the first context is tried, because
// a cipher that has failed leaves no ciphertext for the second one.
TEST(oscore_layer, tries_the_first_context_for_a_request_without_kid_context) {
    static constexpr auto who =
        routes(at<"who">(get([](const request& r) { return content(text_of(r.peer()->tag)); })));
    const auto named = [](const packet& id_context) {
        shared_secret secret = shared_secret::fresh();
        secret.id_context = id_context;
        return secret;
    };
    const shared_secret one = named("a1"), two = named("a2");
    bytes_of::contexts<2> peers;
    ASSERT_TRUE(peers.add<recording_crypto>(one.of_server(), 1));
    ASSERT_TRUE(peers.add<recording_crypto>(two.of_server(), 2));
    security::key key{1, 2, 3, 4};
    test::core core{who, echo_guard{key}, undeduplicated{}, oscore{peers, recording_crypto{}}};
    const auto said = [&](oscore_client& c) -> std::string {
        const packet sent = core.answer(c.protect(ask{code::get, "who"}));
        const auto answer = c.open(sent, c.number());
        return answer ? std::string{testing::response{answer->message}.text()}
                      : test::sent{0, client, testing::response{sent}}.text();
    };
    oscore_client first{one}, second{two};
    second.next_number = 9;  // a replay to the first context otherwise
    EXPECT_EQ(said(first), "1");
    EXPECT_EQ(said(second), "ack 4.00") << "a wrong tag";
    first.kid_context = one.id_context;
    second.kid_context = two.id_context;
    EXPECT_EQ(said(second), "2");
    EXPECT_EQ(said(first), "1");
}

// Its keys name the server, and Uri-Host is outside, where anyone can change it.
TEST(oscore_layer, serves_a_protected_request_for_any_host) {
    static constexpr auto hello = routes(at<"hello">(get([] { return content("Hello"); })));
    bytes_of::contexts<1> peers;
    const shared_secret secret = shared_secret::fresh();
    peers.add<recording_crypto>(secret.of_server());
    security::key key{1, 2, 3, 4};
    test::core core{hello, echo_guard{key}, undeduplicated{}, oscore{peers, recording_crypto{}},
                    host_names<"us.example">{}};
    oscore_client c{secret};
    EXPECT_EQ(core.said(ask{code::get, "hello"}.with(3, "'evil.example'")), "4.04");
    packet request = c.protect(ask{code::get, "hello"});
    request[4] = static_cast<byte>(request[4] - 0x30);  // the number of OSCORE is 6 more than that of Uri-Host
    const packet head{request.view().first(4)}, rest{request.view().subspan(4)};
    const auto answer = c.open(core.answer(head + "3c 'evil.example'" + rest), c.number());
    ASSERT_TRUE(answer);
    EXPECT_EQ(testing::response{answer->message}.text(), "Hello");
}

// ---- Blocks and small buffers

TEST(oscore_layer, answers_in_blocks_that_leave_room_for_the_tag) {
    static constexpr auto large = routes(at<"large">(document(std::string_view{long_text})));
    bytes_of::contexts<1> peers;
    const shared_secret secret = shared_secret::fresh();
    peers.add<recording_crypto>(secret.of_server());
    security::key key{1, 2, 3, 4};
    test::core core{large, 90, echo_guard{key}, undeduplicated{}, oscore{peers, recording_crypto{}}};
    oscore_client c{secret};
    std::string body;
    for (unsigned block = 0; 32 * block < long_text.size(); ++block) {
        packet wanted;
        wanted.append(static_cast<byte>(block << 4 | (block == 0 ? 6 : 1)));
        const packet sent = core.answer(c.protect(ask{code::get, "large"}.with(23, wanted)));
        const auto answer = c.open(sent, c.number());
        ASSERT_TRUE(answer);
        const testing::response r{answer->message};
        EXPECT_EQ(r.code(), code::content);
        EXPECT_EQ(r.option(option::block2)->uint() & 7U, 1U) << "32 bytes, where 64 would leave no room";
        body += r.text();
    }
    EXPECT_EQ(body, long_text);
}

TEST(oscore_layer, challenges_in_the_smallest_buffer) {
    static constexpr auto careful = routes(at<"c">(confirmed_only(get([] { return content("0123456789"); }))));
    bytes_of::contexts<1> peers;
    const shared_secret secret = shared_secret::fresh();
    peers.add<recording_crypto>(secret.of_server());
    security::key key{1, 2, 3, 4};
    using layer = oscore<bytes_of::contexts<1>, recording_crypto>;
    test::core core{careful, layer::min_message_size, echo_guard{key}, undeduplicated{},
                    oscore{peers, recording_crypto{}}};
    oscore_client c{secret};
    const packet sent = core.answer(c.protect(ask{code::get, "c"}.token("0102030405060708")));
    const auto answer = c.open(sent, c.number());
    ASSERT_TRUE(answer);
    EXPECT_EQ(testing::response{answer->message}.option(option::echo)->value.size(), echo_guard<>::echo_size);
}

// ---- After a restart (§B.1)

// Outlives the server.
struct memory_of_numbers {
    std::uint64_t number = 0;
    int writes = 0;
    bool works = true;

    bool reserve(const bytes_of::context& /*of*/, std::uint64_t reserved) {
        if (works) number = reserved, ++writes;
        return works;
    }
};

// A server with a context that it had before, and the same client.
struct restarted {
    restarted(const shared_secret& secret, oscore_client& c, memory_of_numbers& kept)
        : client_of{c}, numbers{kept}, context{peers.restore<recording_crypto>(secret.of_server(), kept.number)},
          core{site_of, echo_guard{key}, undeduplicated{}, oscore{peers, recording_crypto{}, kept}} {}

    // Returns the answer as text, with the number of the server's own if it has one.
    std::string say_raw(const packet& datagram) {
        const packet sent = core.answer(datagram);
        if (sent.size() == 0) return "silence";
        opened = client_of.open(sent, client_of.number());
        const packet& shown = opened ? opened->message : sent;
        const std::string number = opened && opened->has_number ? " " + std::to_string(opened->number) : "";
        return (opened ? "" : "plain ") + test::sent{0, client, testing::response{shown}}.text() + number;
    }
    std::string say(const packet& request) { return say_raw(client_of.protect(request)); }
    packet echo() const { return packet{testing::response{opened->message}.option(option::echo)->value}; }

    static constexpr auto site_of =
        routes(at<"add">(post([] { return ++changes, reply{code::changed, {}, text_of(changes)}; })));

    oscore_client& client_of;
    memory_of_numbers& numbers;
    security::key key{static_cast<std::uint32_t>(++starts), 2, 3, 4};
    bytes_of::kept_contexts<1> peers;
    bytes_of::context* context;
    test::core<decltype(site_of), echo_guard<>, undeduplicated,
               oscore<bytes_of::kept_contexts<1>, recording_crypto, memory_of_numbers>>
        core;
    std::optional<oscore_client::answer> opened;

    inline static int starts = 0;
};

class oscore_restart_test : public ::testing::Test {
protected:
    oscore_restart_test() { changes = 0; }
    shared_secret secret = shared_secret::fresh();
    oscore_client peer{secret};
    memory_of_numbers numbers;
    const ask add = ask{code::post, "add"};
};

TEST_F(oscore_restart_test, challenges_the_first_request_and_serves_the_second) {
    restarted server{secret, peer, numbers};
    peer.next_number = 500;
    EXPECT_EQ(server.say(add), "ack 4.01 0");
    EXPECT_EQ(changes, 0);
    EXPECT_EQ(server.opened->message.size(), 4U + 2 + echo_guard<>::echo_size) << "an Echo option alone";
    EXPECT_EQ(server.say(ask{add}.id(1).with(252, server.echo())), "ack 2.04: 1");
    EXPECT_FALSE(server.opened->has_number);
    EXPECT_EQ(server.say(ask{add}.id(2)), "ack 2.04: 2");
    EXPECT_EQ(server.core[outcomes::oscore_challenged], 1U);
}

TEST_F(oscore_restart_test, takes_no_request_from_before) {
    std::vector<packet> old;
    {
        restarted server{secret, peer, numbers};
        server.say(add);
        const packet with_echo = peer.protect(ask{add}.with(252, server.echo()));
        server.say_raw(with_echo);
        old.push_back(with_echo);
        for (int i = 0; i < 5; ++i) server.say_raw(old.emplace_back(peer.protect(add)));
        EXPECT_EQ(changes, 6);
    }
    restarted server{secret, peer, numbers};
    for (const packet& request : old) server.say_raw(request);
    EXPECT_EQ(changes, 6) << "the old Echo was made with another key";
    EXPECT_EQ(server.say(ask{add}.id(1)).substr(0, 8), "ack 4.01");
    EXPECT_EQ(server.say(ask{add}.id(2).with(252, server.echo())), "ack 2.04: 7");
    for (const packet& request : old) EXPECT_EQ(server.say_raw(request), "plain ack 4.01") << "below the window";
    EXPECT_EQ(changes, 7);
}

TEST_F(oscore_restart_test, draws_one_challenge_for_each_captured_request) {
    const packet captured = peer.protect(add);
    restarted server{secret, peer, numbers};
    EXPECT_EQ(server.say_raw(captured), "ack 4.01 0");
    const packet echo = server.echo();
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(server.say_raw(captured), "plain ack 4.01");
    EXPECT_EQ(server.context->next_number, 1U);
    EXPECT_EQ(numbers.writes, 1);
    EXPECT_EQ(server.say(ask{add}.with(252, echo)), "ack 2.04: 1") << "the Echo is still good";
}

TEST_F(oscore_restart_test, takes_a_wrong_echo_for_none) {
    restarted server{secret, peer, numbers};
    EXPECT_EQ(server.say(ask{add}.with(252, "0102030405060708")), "ack 4.01 0");
    EXPECT_EQ(server.say(ask{add}.with(252, "01")), "ack 4.01 1");
    EXPECT_EQ(server.say(ask{add}.with(252, server.echo())), "ack 2.04: 1");
}

TEST_F(oscore_restart_test, uses_no_number_twice_over_restarts) {
    std::uint64_t next = 0;
    for (int restart = 0; restart < 5; ++restart) {
        restarted server{secret, peer, numbers};
        for (int i = 0; i < 100; ++i) {
            server.say(ask{add}.id(static_cast<std::uint16_t>(i)));
            ASSERT_TRUE(server.opened && server.opened->has_number);
            EXPECT_GE(server.opened->number, next);
            next = server.opened->number + 1;
        }
    }
    EXPECT_EQ(numbers.writes, 10) << "one for 64 numbers";
}

TEST_F(oscore_restart_test, answers_nothing_while_the_storage_fails) {
    numbers.works = false;
    restarted server{secret, peer, numbers};
    EXPECT_EQ(server.say(add), "silence");
    EXPECT_EQ(server.core[outcomes::oscore_unsealed], 1U);
    numbers.works = true;
    EXPECT_EQ(server.say(add), "ack 4.01 0");
}

TEST_F(oscore_restart_test, answers_no_request_inside_with_a_number_of_its_own) {
    restarted server{secret, peer, numbers};
    const packet header = add;
    EXPECT_EQ(server.say_raw(peer.protect_inner(header, "45")), "ack 4.00 0");
    EXPECT_EQ(server.context->state, bytes_of::context_state::unsynchronised);
}

// Damages what the tag protects.
packet damaged(packet request, std::minstd_rand& random) {
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    const std::size_t at = 5 + below(request.size() - 5);  // behind the header and the head of the OSCORE option
    switch (below(3)) {
        case 0: request[at] = static_cast<byte>(request[at] ^ 1U << below(8)); return request;
        case 1: return packet{request.view().first(at)};
        default: return request + test::filler(1 + below(30), static_cast<byte>(random()));
    }
}

// 10,000 replays and damaged copies over 20 starts, before the window is known and afterwards. An authentic request
// from before the start draws one challenge. Nothing else moves the context.
TEST_F(oscore_restart_test, serves_each_good_request_between_bad_ones) {
    std::minstd_rand random{16};
    std::vector<packet> captured;
    int good = 0;
    for (int start = 0; start < 20; ++start) {
        restarted server{secret, peer, numbers};
        const auto attack = [&](int times) {
            for (int i = 0; i < times && !captured.empty(); ++i) {
                const packet& old = captured.at(random() % captured.size());
                const bool is_replay = random() % 4 == 0;
                const bytes_of::context before = *server.context;
                server.core.answer(is_replay ? old : damaged(old, random));
                ASSERT_EQ(changes, good);
                ASSERT_EQ(server.context->state, before.state);
                const bool draws_challenge = is_replay && before.state == bytes_of::context_state::unsynchronised;
                ASSERT_TRUE(draws_challenge || std::memcmp(&before, server.context, sizeof before) == 0);
            }
        };
        const auto ask_for = [&](const packet& request) {
            return server.say_raw(captured.emplace_back(peer.protect(request)));
        };
        attack(260);
        const std::size_t challenged = server.context->next_number % bytes_of::reserved_at_once;
        EXPECT_LE(challenged, captured.size());
        ASSERT_EQ(ask_for(add).substr(0, 8), "ack 4.01");
        const packet echo = server.echo();
        attack(50);
        for (int i = 0; i < 5; ++i) {
            ASSERT_EQ(ask_for(ask{add}.with(252, echo)), "ack 2.04: " + std::to_string(++good)) << start;
            attack(40);
        }
    }
    EXPECT_EQ(good, 100);
    EXPECT_LE(numbers.writes, 2 * 20);
}

// A context with new keys needs no challenge, also beside kept ones.
TEST_F(oscore_restart_test, serves_a_client_with_new_keys_at_once) {
    restarted server{secret, peer, numbers};
    server.peers.remove(*server.context);
    const shared_secret fresh = shared_secret::fresh();
    server.peers.add<recording_crypto>(fresh.of_server());
    oscore_client another{fresh};
    const packet sent = server.core.answer(another.protect(add));
    EXPECT_TRUE(another.open(sent, another.number()));
    EXPECT_EQ(changes, 1);
    EXPECT_EQ(numbers.writes, 0);
}

}  // namespace
}  // namespace mincoap
