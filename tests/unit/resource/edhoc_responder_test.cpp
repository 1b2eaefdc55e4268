// EDHOC over CoAP (RFC 9528 §A.2): the resource, behind all layers that it needs.
#include <mincoap/resource/edhoc_responder.hpp>

#include <gtest/gtest.h>

#include "../../support/edhoc_device.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::edhoc_client;
using test::edhoc_device;
using test::edhoc_site_log;
using test::filler;
using test::packet;
using test::party;
using test::text_of_message;
using test::toy_curve;
namespace of_edhoc = security::edhoc;

const party alice = party::make(51, "2b", "alice");
const party bob = party::make(52, "62", "bob");
const party mallory = party::make(53, "2b", "mallory");

using sessions = of_edhoc::sessions<test::edhoc_suites, 2>;

template <typename Sessions>
class device_test : public ::testing::Test {
protected:
    device_test() { edhoc_site_log::changes = 0; }
    void TearDown() override {
        d.now_ms += of_edhoc::session_lifetime_ms + 1;
        EXPECT_EQ(d.half_open_count(), 0U) << "no session is left after its time";
        EXPECT_EQ(toy_curve::generated - toy_curve::forgotten, keys_before) << "each ephemeral key is overwritten once";
    }

    std::uint32_t keys_before = toy_curve::generated - toy_curve::forgotten;
    edhoc_device<Sessions> d{{alice, bob}};
};
using edhoc_resource_test = device_test<sessions>;

TEST_F(edhoc_resource_test, serves_a_client_from_message_1_to_a_protected_answer) {
    edhoc_client c{d, alice};
    EXPECT_EQ(c.start().substr(0, 17), "ack 2.04 ct=64: 5");
    ASSERT_TRUE(c.read_message_2());
    EXPECT_EQ(d.half_open_count(), 1U);
    EXPECT_EQ(c.post(c.initiator.c_r + c.initiator.message_3()), "ack 2.04");
    EXPECT_EQ(d.half_open_count(), 0U);
    EXPECT_EQ(d.context_count(), 1U);
    c.become_protected();
    EXPECT_EQ(c.ask_protected(ask{code::get, "who"}), "ack 2.05 ct=0: 6f 6b");
    EXPECT_EQ(edhoc_site_log::peer, "tag 0");
    EXPECT_EQ(c.ask_protected(ask{code::post, "count"}.id(1)), "ack 2.04 ct=0: 31");
    EXPECT_EQ(c.ask_protected(ask{code::post, "count"}.id(2)), "ack 2.04 ct=0: 32");
}

TEST_F(edhoc_resource_test, tells_clients_apart_by_tags) {
    edhoc_client a{d, alice};
    edhoc_client b{d, bob};
    EXPECT_EQ(a.run(), "ack 2.04");
    EXPECT_EQ(b.run(), "ack 2.04");
    b.ask_protected(ask{code::get, "who"});
    EXPECT_EQ(edhoc_site_log::peer, "tag 1");
    a.ask_protected(ask{code::get, "who"});
    EXPECT_EQ(edhoc_site_log::peer, "tag 0");
}

// RFC 9528 §9.7: an address has to be confirmed before a session takes memory, or a key is made.
TEST_F(edhoc_resource_test, asks_for_echo_first) {
    edhoc_client c{d, alice};
    const std::uint32_t before = toy_curve::generated;
    EXPECT_EQ(c.send(c.request("f5" + c.initiator.message_1())), "ack 4.01 echo");
    EXPECT_EQ(d.half_open_count(), 0U);
    EXPECT_EQ(toy_curve::generated, before);
    EXPECT_EQ(c.start().substr(0, 8), "ack 2.04");
    EXPECT_EQ(d.half_open_count(), 1U);
}

TEST_F(edhoc_resource_test, takes_message_1_without_a_content_format) {
    edhoc_client c{d, alice};
    EXPECT_EQ(c.post("f5" + c.initiator.message_1(), 0).substr(0, 14), "ack 2.04 ct=64");
    EXPECT_EQ(c.post("f5" + c.initiator.message_1(), 64), "ack 4.15");
}

// RFC 9528 §5.1: a copy gets the stored message_2, and not a new one.
TEST_F(edhoc_resource_test, gives_a_copy_of_message_1_the_same_message_2) {
    edhoc_client c{d, alice};
    c.start();
    const packet first = c.answer;
    const std::uint32_t before = toy_curve::generated;
    for (int copies = 0; copies < 3; ++copies) {
        d.now_ms += 2000;
        c.send(packet{c.sent});
        EXPECT_EQ(c.answer, first);
    }
    EXPECT_EQ(toy_curve::generated, before);
    EXPECT_EQ(d.half_open_count(), 1U);
    ASSERT_TRUE(c.read_message_2());
    EXPECT_EQ(c.post(c.initiator.c_r + c.initiator.message_3()), "ack 2.04");
}

TEST_F(edhoc_resource_test, gives_a_copy_of_message_3_the_same_answer) {
    edhoc_client c{d, alice};
    EXPECT_EQ(c.run(), "ack 2.04");
    EXPECT_EQ(c.ask_protected(ask{code::post, "count"}.id(1)), "ack 2.04 ct=0: 31");
    EXPECT_EQ(c.send(packet{c.sent}), "ack 2.04");
    EXPECT_EQ(d.context_count(), 1U);
    EXPECT_EQ(c.ask_protected(ask{code::post, "count"}.id(2)), "ack 2.04 ct=0: 32") << "in the same context";
    EXPECT_EQ(c.post(c.initiator.c_r + c.initiator.message_3()), "ack 4.00 ct=64: 01 60") << "with another Message ID";
    EXPECT_EQ(d.context_count(), 1U);
}

TEST_F(edhoc_resource_test, makes_no_second_context_of_a_replayed_message_3) {
    edhoc_client c{d, alice};
    EXPECT_EQ(c.run(), "ack 2.04");
    const auto generation = d.peers.all()[0].generation;
    EXPECT_EQ(c.post(c.initiator.c_r + c.initiator.message_3()), "ack 4.00 ct=64: 01 60");
    EXPECT_EQ(d.peers.all()[0].generation, generation);
}

// ---- Errors (RFC 9528 §6, §A.2.3)

TEST_F(edhoc_resource_test, answers_a_wrong_suite_with_its_own) {
    edhoc_client c{d, alice};
    c.initiator.suites_i = "06";
    EXPECT_EQ(c.start(), "ack 4.00 ct=64: 02 82 02 03");
    EXPECT_EQ(d.half_open_count(), 0U);
    c.initiator.suites_i = "82 06 03", c.initiator.suite = 3;
    EXPECT_EQ(c.run(), "ack 2.04");
}

TEST_F(edhoc_resource_test, answers_malformed_messages_with_error_1) {
    edhoc_client c{d, alice};
    for (const packet& wrong :
         {packet{"f5"}, packet{"f5 03"}, packet{"f5 00 02"}, "f5" + c.initiator.message_1() + "20"})
        EXPECT_EQ(c.post(wrong), "ack 4.00 ct=64: 01 60") << ::testing::PrintToString(wrong);
    EXPECT_EQ(c.post("05 48" + filler(8)), "ack 4.00 ct=64: 01 60") << "there is no such session";
    EXPECT_EQ(d.half_open_count(), 0U);
}

// An error must not be the answer to an error.
TEST_F(edhoc_resource_test, does_not_answer_an_error_message_with_another_one) {
    edhoc_client c{d, alice};
    c.start();
    ASSERT_TRUE(c.read_message_2());
    EXPECT_EQ(c.post(c.initiator.c_r + "01 60"), "ack 4.00");
    for (const char* other : {"f4 01 60", "05", "05 48", "05 40 00", "a0", "f6 40", "41 05 40"})
        EXPECT_EQ(c.post(other), "ack 4.00") << other;
    EXPECT_EQ(c.send(ask{code::post, ".well-known/edhoc"}), "ack 4.00") << "without a payload";
    EXPECT_EQ(c.post(c.initiator.c_r + c.initiator.message_3()), "ack 2.04") << "the session goes on";
}

TEST_F(edhoc_resource_test, refuses_a_client_that_is_not_listed) {
    edhoc_client c{d, mallory};
    EXPECT_EQ(c.run(), "ack 4.00 ct=64: 01 60");
    EXPECT_EQ(d.context_count(), 0U);
    EXPECT_EQ(c.ask_protected(ask{code::get, "who"}), "plain ack 4.01");
}

TEST_F(edhoc_resource_test, goes_on_after_a_forged_message_3) {
    edhoc_client c{d, alice};
    c.start();
    ASSERT_TRUE(c.read_message_2());
    edhoc_client attacker{d, mallory};
    EXPECT_EQ(attacker.post(c.initiator.c_r + "52" + filler(18)), "ack 4.00 ct=64: 01 60");
    EXPECT_EQ(c.post(c.initiator.c_r + c.initiator.message_3()), "ack 2.04");
}

TEST_F(edhoc_resource_test, answers_5_00_without_random_numbers) {
    edhoc_client c{d, alice};
    toy_curve::has_entropy = false;
    EXPECT_EQ(c.start(), "ack 5.00 ct=64: 01 60");
    toy_curve::has_entropy = true;
    EXPECT_EQ(c.run(), "ack 2.04");
}

TEST_F(edhoc_resource_test, has_no_other_methods_and_no_multicast) {
    edhoc_client c{d, alice};
    EXPECT_EQ(c.send(ask{code::get, ".well-known/edhoc"}), "ack 4.05");
    packet request = c.request("f5" + c.initiator.message_1());
    request[0] = 0x51;
    EXPECT_TRUE(d.say(request, 0, true).empty());
}

// The context of a client goes when it has a new one, so an answer could not be protected.
TEST_F(edhoc_resource_test, takes_no_protected_messages) {
    edhoc_client c{d, alice};
    EXPECT_EQ(c.run(), "ack 2.04");
    EXPECT_EQ(c.ask_protected(c.request("f5" + c.initiator.message_1())), "ack 4.03");
}

// ---- In the course of time

TEST_F(edhoc_resource_test, serves_a_client_that_runs_edhoc_again) {
    edhoc_client first{d, alice};
    EXPECT_EQ(first.run(), "ack 2.04");
    edhoc_client second{d, alice};
    EXPECT_EQ(second.run(), "ack 2.04");
    EXPECT_EQ(d.context_count(), 1U);
    EXPECT_EQ(second.ask_protected(ask{code::get, "who"}), "ack 2.05 ct=0: 6f 6b");
    EXPECT_EQ(first.ask_protected(ask{code::get, "who"}.id(9)), "plain ack 4.01") << "its keys are gone";
}

// After a restart, the device has no contexts. A client gets 4.01, and runs EDHOC again.
TEST_F(edhoc_resource_test, serves_a_client_after_a_restart) {
    edhoc_client c{d, alice};
    EXPECT_EQ(c.run(), "ack 2.04");
    edhoc_device<sessions> restarted{{alice, bob}};
    edhoc_client again{restarted, alice};
    again.oscore = c.oscore;
    EXPECT_EQ(again.ask_protected(ask{code::get, "who"}), "plain ack 4.01");
    EXPECT_EQ(again.run(), "ack 2.04");
    EXPECT_EQ(again.ask_protected(ask{code::get, "who"}), "ack 2.05 ct=0: 6f 6b");
}

TEST_F(edhoc_resource_test, serves_fifty_clients_in_two_places) {
    for (int n = 0; n < 50; ++n) {
        edhoc_client abandoned{d, bob};
        abandoned.start();
        edhoc_client c{d, n % 2 == 0 ? alice : bob};
        ASSERT_EQ(c.run(), "ack 2.04") << n;
        ASSERT_EQ(c.ask_protected(ask{code::get, "who"}.id(static_cast<std::uint16_t>(n))), "ack 2.05 ct=0: 6f 6b");
        d.now_ms += 1000;
    }
    EXPECT_EQ(d.context_count(), 2U);
}

TEST_F(edhoc_resource_test, answers_5_00_if_all_places_are_the_applications) {
    const packet secret = filler(16);
    for (const packet& id : {packet{"c1"}, packet{"c2"}, packet{"c3"}})
        d.peers.add<test::recording_crypto>({.master_secret = secret,
                                             .master_salt = {},
                                             .sender_id = {},
                                             .recipient_id = id,
                                             .id_context = std::nullopt});
    edhoc_client c{d, alice};
    EXPECT_EQ(c.run(), "ack 5.00 ct=64: 01 60");
}

// RFC 9668 §6
TEST(edhoc_resource_discovery, lists_its_suites_and_abilities) {
    edhoc_device<sessions> d{{alice}};
    edhoc_client c{d, alice};
    const auto answers = d.say(ask{code::get, ".well-known/core"}.with(23, "06"));
    ASSERT_EQ(answers.size(), 1U);
    std::string listed{testing::response{answers[0]}.text()};
    if (testing::response{answers[0]}.code() == code::unauthorized) {
        const packet echo{testing::response{answers[0]}.option(option::echo)->value};
        const auto again = d.say(ask{code::get, ".well-known/core"}.id(2).with(252, echo));
        listed = testing::response{again.at(0)}.text();
    }
    EXPECT_NE(listed.find("</.well-known/edhoc>;rt=\"core.edhoc\";ed-csuite=2;ed-csuite=3;ed-method=3;ed-cred-t=1;"
                          "ed-idcred-t=4;ed-r;ed-comb-req"),
              std::string::npos)
        << listed;
}

// ---- Separate responses

using separate_sessions = sessions::with_separate;
class edhoc_separate_test : public device_test<separate_sessions> {
protected:
    // Has the server compute. Returns its messages as text.
    std::string proceed() {
        EXPECT_TRUE(continue_edhoc(d.keys, d.server, d.now_ms));
        std::string joined;
        for (const packet& p : d.pass()) {
            joined += (joined.empty() ? "" : ", ") + text_of_message(p);
            last = p;
        }
        return joined;
    }
    void acknowledge() {
        const packet ack = "60 00" + packet{last.view().subspan(2, 2)};
        EXPECT_TRUE(d.say(ack).empty());
    }

    packet last;
};

TEST_F(edhoc_separate_test, acknowledges_message_1_before_it_computes) {
    edhoc_client c{d, alice};
    const std::uint32_t before = toy_curve::generated;
    EXPECT_EQ(c.start(), "ack");
    EXPECT_EQ(toy_curve::generated, before);
    EXPECT_EQ(d.half_open_count(), 1U);
    EXPECT_EQ(proceed().substr(0, 14), "con 2.04 ct=64");
    EXPECT_FALSE(continue_edhoc(d.keys, d.server, d.now_ms)) << "no other client waits";
    EXPECT_EQ(toy_curve::generated, before + 1);
    EXPECT_EQ(packet{testing::response{last}.message().token()}, "ed");
    acknowledge();
    c.answer = last;
    ASSERT_TRUE(c.read_message_2());
    EXPECT_EQ(c.post(c.initiator.c_r + c.initiator.message_3()), "ack 2.04") << "message_3 is answered at once";
    c.become_protected();
    EXPECT_EQ(c.ask_protected(ask{code::get, "who"}), "ack 2.05 ct=0: 6f 6b");
}

TEST_F(edhoc_separate_test, sends_message_2_again_until_it_is_acknowledged) {
    edhoc_client c{d, alice};
    c.start();
    EXPECT_EQ(c.send(packet{c.sent}), "ack") << "a copy of message_1";
    proceed();
    const packet first = last;
    EXPECT_EQ(c.send(packet{c.sent}), "ack") << "and one later";
    const auto again = d.pass(4000);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0], first);
    acknowledge();
    EXPECT_TRUE(d.pass(20'000).empty());
    EXPECT_FALSE(continue_edhoc(d.keys, d.server, d.now_ms));
}

TEST_F(edhoc_separate_test, answers_errors_of_encoding_at_once) {
    edhoc_client c{d, alice};
    EXPECT_EQ(c.post("f5 03"), "ack 4.00 ct=64: 01 60");
    c.initiator.suites_i = "00";
    EXPECT_EQ(c.start(), "ack 4.00 ct=64: 02 82 02 03");
    EXPECT_EQ(d.half_open_count(), 0U);
    EXPECT_FALSE(continue_edhoc(d.keys, d.server, d.now_ms));
}

TEST_F(edhoc_separate_test, answers_other_errors_later) {
    edhoc_client c{d, alice};
    c.initiator.g_x = filler(32, 0xff);
    EXPECT_EQ(c.start(), "ack");
    EXPECT_EQ(proceed(), "con 4.00 ct=64: 01 60");
    acknowledge();
    EXPECT_EQ(d.half_open_count(), 0U);
    toy_curve::has_entropy = false;
    edhoc_client other{d, alice};
    EXPECT_EQ(other.start(), "ack");
    EXPECT_EQ(proceed(), "con 5.00 ct=64: 01 60");
    toy_curve::has_entropy = true;
    EXPECT_EQ(d.half_open_count(), 0U);
}

// There are two places for separate responses. The third client gets 5.03, and leaves nothing.
TEST_F(edhoc_separate_test, keeps_nothing_of_a_client_without_a_place) {
    edhoc_client a{d, alice};
    edhoc_client b{d, bob};
    edhoc_client c{d, bob};
    EXPECT_EQ(a.start(), "ack");
    b.initiator.c_i = "06", c.initiator.c_i = "07";
    EXPECT_EQ(b.post("f5" + b.initiator.message_1()), "ack");
    EXPECT_EQ(c.send(c.request("f5" + c.initiator.message_1()).token("cc").id(0x999)), "ack 4.01 echo");
    c.echo = a.echo;
    EXPECT_EQ(c.send(c.request("f5" + c.initiator.message_1()).token("cc").id(0x99a)), "ack 5.03");
    EXPECT_EQ(d.half_open_count(), 2U);
    EXPECT_EQ(proceed().substr(0, 8), "con 2.04");
    acknowledge();
    EXPECT_EQ(proceed().substr(0, 8), "con 2.04") << "NSTART: the second one after the first one's ACK";
    acknowledge();
}

// The main loop was stuck: 5.04 after 30 s, and no session after its time.
TEST_F(edhoc_separate_test, gives_up_a_client_that_waits_for_too_long) {
    edhoc_client c{d, alice};
    EXPECT_EQ(c.start(), "ack");
    const auto late = d.pass(31'000);
    ASSERT_GE(late.size(), 1U);
    EXPECT_EQ(text_of_message(late[0]), "con 5.04");
    EXPECT_EQ(d.half_open_count(), 1U);
    d.now_ms += of_edhoc::session_lifetime_ms;
    EXPECT_EQ(d.half_open_count(), 0U);
    EXPECT_FALSE(continue_edhoc(d.keys, d.server, d.now_ms));
}

}  // namespace
}  // namespace mincoap
