// Combined requests (RFC 9668): message_3 in front of the first protected request.
#include <mincoap/layer/edhoc.hpp>

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

const party alice = party::make(61, "2b", "alice");
const party bob = party::make(62, "62", "bob");
const party carol = party::make(63, "63", "carol");
const party dave = party::make(64, "64", "dave");
const party mallory = party::make(65, "2b", "mallory");

constexpr const char* error_1 = "plain ack 4.00 ct=64: 01 60";
constexpr const char* ok = "ack 2.05 ct=0: 6f 6b";

class edhoc_layer : public ::testing::Test {
protected:
    using device_type = edhoc_device<security::edhoc::sessions<test::edhoc_suites, 2>>;

    edhoc_layer() { edhoc_site_log::changes = 0; }

    // A client that has message_2.
    edhoc_client<device_type> started(const party& p) {
        edhoc_client c{d, p};
        c.start();
        EXPECT_TRUE(c.read_message_2());
        return c;
    }
    static ask who(std::uint16_t id = 1) { return ask{code::get, "who"}.id(id).token("77"); }

    device_type d{{alice, bob, carol, dave}};
};

TEST_F(edhoc_layer, answers_a_combined_request) {
    auto c = started(alice);
    EXPECT_EQ(c.ask_combined(who()), ok);
    EXPECT_EQ(edhoc_site_log::peer, "tag 0");
    EXPECT_EQ(d.context_count(), 1U);
    EXPECT_EQ(d.half_open_count(), 0U);
    EXPECT_EQ(c.ask_protected(who(2)), ok);
}

TEST_F(edhoc_layer, carries_out_a_combined_request_with_a_payload) {
    auto c = started(alice);
    EXPECT_EQ(c.ask_combined(ask{code::post, "count"}.payload("a payload that is ignored")), "ack 2.04 ct=0: 31");
}

TEST_F(edhoc_layer, takes_a_combined_request_to_observe) {
    auto c = started(alice);
    EXPECT_EQ(c.ask_combined(ask{code::get, "state"}.with(6)), "ack 4.01 echo") << "its address is not confirmed";
    EXPECT_EQ(c.ask_protected(ask{code::get, "state"}.id(2).with(6)), "ack 4.01 echo");
}

// The EDHOC option may be behind other options, and in front of others.
TEST_F(edhoc_layer, takes_the_option_among_others) {
    auto c = started(alice);
    const packet third = c.initiator.message_3();
    c.become_protected();
    const packet request = c.oscore->protect(who());
    const auto message = message::view::parse(request).value();
    const auto options = static_cast<std::size_t>(message.payload().data() - request.view().data()) - 1;
    const std::size_t token_end = 5;
    const packet oscore{request.view().subspan(token_end, options - token_end)};
    packet host = "37 'example'";  // Uri-Host, and OSCORE with a delta that is smaller by 3
    packet rest = oscore;
    rest[0] = static_cast<byte>(rest[0] - 0x30);
    const packet combined = packet{request.view().first(token_end)} + host + rest + "c0 d1 0a 07 ff" + third +
                            packet{message.payload()};  // behind it an elective option, 44
    EXPECT_EQ(c.open(d.say(combined)), ok);
}

TEST_F(edhoc_layer, gives_a_copy_of_a_combined_request_the_same_answer) {
    auto c = started(alice);
    const packet request = c.combined(ask{code::post, "count"});
    const auto first = d.say(request);
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(d.say(request), first);
    EXPECT_EQ(edhoc_site_log::changes, 1);
    EXPECT_EQ(d.context_count(), 1U);
}

// ---- What is wrong with message_3: error 1, unprotected (RFC 9668 §3.3.1)

TEST_F(edhoc_layer, goes_on_after_a_forged_message_3) {
    auto c = started(alice);
    const packet third = c.initiator.message_3();
    c.become_protected();
    packet forged = third;
    forged[5] ^= 1;
    const packet request = c.oscore->protect(who());
    EXPECT_EQ(c.open(d.say(c.combined(forged, request))), error_1);
    EXPECT_EQ(d.context_count(), 0U);
    EXPECT_EQ(c.open(d.say(c.combined("48" + filler(8), request))), error_1);
    EXPECT_EQ(c.open(d.say(c.combined("40", request))), error_1);
    EXPECT_EQ(d.half_open_count(), 1U);
    EXPECT_EQ(c.open(d.say(c.combined(third, request))), ok);
}

TEST_F(edhoc_layer, refuses_a_client_that_is_not_listed) {
    auto c = started(mallory);
    EXPECT_EQ(c.ask_combined(who()), error_1);
    EXPECT_EQ(d.context_count(), 0U);
    EXPECT_EQ(d.half_open_count(), 0U);
}

TEST_F(edhoc_layer, makes_no_second_context_of_a_repeated_message_3) {
    auto c = started(alice);
    const packet third = c.initiator.message_3();
    c.become_protected();
    EXPECT_EQ(c.open(d.say(c.combined(third, c.oscore->protect(who())))), ok);
    EXPECT_EQ(c.open(d.say(c.combined(third, c.oscore->protect(who(2))))), error_1);
    EXPECT_EQ(c.ask_protected(who(3)), ok) << "the context goes on";
}

// ---- What is wrong with the rest: as with any OSCORE request (RFC 8613 §8.2)

TEST_F(edhoc_layer, has_the_errors_of_oscore_behind_message_3) {
    auto c = started(alice);
    packet request = c.combined(who());
    request[request.size() - 1] ^= 1;
    EXPECT_EQ(c.open(d.say(request)), "plain ack 4.00");
    EXPECT_EQ(d.context_count(), 1U) << "message_3 was right";
    EXPECT_EQ(c.ask_protected(who(2)), ok);
}

TEST_F(edhoc_layer, refuses_the_option_inside) {
    auto c = started(alice);
    EXPECT_EQ(c.ask_combined(ask{code::get, "who"}.with(21)), "ack 4.02");
    EXPECT_EQ(c.ask_protected(ask{code::get, "who"}.id(2).with(21)), "ack 4.02");
}

// ---- Malformed combined requests: 4.00

TEST_F(edhoc_layer, refuses_malformed_combined_requests) {
    auto c = started(alice);
    const packet third = c.initiator.message_3();
    c.become_protected();
    const packet good = c.oscore->protect(who());
    EXPECT_EQ(c.send(ask{code::post, "count"}.with(21).payload("x")), "ack 4.00") << "without OSCORE";
    EXPECT_EQ(c.send(ask{code::post, "count"}.id(2).with(21)), "ack 4.00") << "and without a payload";
    const auto with_payload = [&](const packet& payload) {
        const packet marker = payload.size() == 0 ? packet{} : "ff" + payload;
        return c.open(d.say(packet{good.view().first(5)} + packet{good.view().subspan(5, 4)} + "c0" + marker));
    };
    EXPECT_EQ(packet{good.view().subspan(5, 1)}, "93") << "an OSCORE option of three bytes";
    EXPECT_EQ(with_payload(third), "plain ack 4.00") << "without a ciphertext";
    EXPECT_EQ(with_payload(""), "plain ack 4.00");
    EXPECT_EQ(with_payload("f5 aaaa"), "plain ack 4.00");
    EXPECT_EQ(with_payload("05 aaaa"), "plain ack 4.00");
    EXPECT_EQ(with_payload("58"), "plain ack 4.00");
    EXPECT_EQ(with_payload("52 aaaa"), "plain ack 4.00") << "cut off";
    EXPECT_EQ(with_payload("68 0102030405060708 aa"), "plain ack 4.00") << "a text string";
    EXPECT_EQ(c.open(d.say("41 02 00 09 77 91 20 c0 ff" + third + filler(13))), "plain ack 4.00") << "no kid";
    EXPECT_EQ(d.half_open_count(), 1U);
    EXPECT_EQ(c.open(d.say(c.combined(third, good))), ok);
}

TEST_F(edhoc_layer, ignores_a_combined_request_by_multicast) {
    auto c = started(alice);
    packet request = c.combined(who());
    request[0] = static_cast<byte>(request[0] | 0x10);
    EXPECT_TRUE(d.say(request, 0, true).empty());
    EXPECT_EQ(d.half_open_count(), 1U);
}

TEST_F(edhoc_layer, ignores_messages_that_are_no_requests) {
    auto c = started(alice);
    const packet request = c.combined(who());
    packet response = request;
    response[1] = 0x45;
    EXPECT_EQ(c.open(d.say(response)), "plain rst");
    packet ack = request;
    ack[0] = static_cast<byte>(ack[0] | 0x20);
    EXPECT_TRUE(d.say(ack).empty());
    EXPECT_EQ(d.half_open_count(), 1U);
    EXPECT_EQ(d.context_count(), 0U);
    EXPECT_EQ(c.open(d.say(request)), ok);
}

// ---- Contexts in use

// There are three places for four clients. The one that was idle for the longest time leaves.
TEST_F(edhoc_layer, notes_which_contexts_are_in_use) {
    auto a = started(alice);
    EXPECT_EQ(a.ask_combined(who(1)), ok);
    d.now_ms += 1000;
    auto b = started(bob);
    EXPECT_EQ(b.ask_combined(who(2)), ok);
    d.now_ms += 1000;
    auto c = started(carol);
    EXPECT_EQ(c.ask_combined(who(3)), ok);
    d.now_ms += 1000;
    EXPECT_EQ(a.ask_protected(who(4)), ok);
    d.now_ms += 1000;
    auto newest = started(dave);
    EXPECT_EQ(newest.ask_combined(who(5)), ok);
    EXPECT_EQ(b.ask_protected(who(6)), "plain ack 4.01");
    EXPECT_EQ(a.ask_protected(who(7)), ok);
    EXPECT_EQ(c.ask_protected(who(8)), ok);
}

// An attacker cannot keep a context in use, nor have one leave.
TEST_F(edhoc_layer, does_not_count_forged_requests_as_use) {
    auto a = started(alice);
    EXPECT_EQ(a.ask_combined(who(1)), ok);
    d.now_ms += 1000;
    auto b = started(bob);
    EXPECT_EQ(b.ask_combined(who(2)), ok);
    d.now_ms += 1000;
    auto c = started(carol);
    EXPECT_EQ(c.ask_combined(who(3)), ok);
    d.now_ms += 1000;
    packet forged = a.oscore->protect(who(4));
    forged[forged.size() - 1] ^= 1;
    EXPECT_EQ(a.open(d.say(forged)), "plain ack 4.00");
    auto newest = started(dave);
    EXPECT_EQ(newest.ask_combined(who(5)), ok);
    EXPECT_EQ(a.ask_protected(who(6)), "plain ack 4.01");
    EXPECT_EQ(b.ask_protected(who(7)), ok);
}

}  // namespace
}  // namespace mincoap
