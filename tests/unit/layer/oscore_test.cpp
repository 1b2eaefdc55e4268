// OSCORE for a server (RFC 8613): protected requests and their answers.
#include <mincoap/layer/oscore.hpp>

#include <cstring>
#include <random>

#include <gtest/gtest.h>

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
constexpr net::endpoint other = net::ipv4(192, 0, 2, 9, 40001);
constexpr byte admin = 7;

int changes = 0;
std::string state = "off";
std::string seen_peer;
std::vector<ticket> started;
constexpr std::string_view long_text = "a response of far more than three times the size of its request: "
                                       "0123456789012345678901234567890123456789012345678901234567890123456789";

constexpr auto site = routes(
    at<"hello">(get([] { return content("Hello"); })),
    at<"count">(post([] { return ++changes, reply{code::changed, content_format::text_plain, text_of(changes)}; })),
    at<"state">(get([](const request&) -> reply {
                    if (state == "gone") return code::not_found;
                    return state.empty() ? reply::nothing() : reply{content(std::string_view{state})};
                }),
                put([](const request& r) {
                    state = as_text(r.payload());
                    return code::changed;
                }))
        .observable(),
    at<"who">(get([](const request& r) {
        seen_peer =
            r.peer() ? "peer " + std::to_string(r.peer()->context) + " tag " + std::to_string(r.peer()->tag) : "nobody";
        return content("ok");
    })),
    at<"long">(get([] { return content(long_text); })),
    at<"nothing">(get([](const request&) { return reply::nothing(); })),
    at<"careful">(confirmed_only(get([] { return content("careful"); }))),
    at<"slow">(get([] { return later([](ticket t) { started.push_back(t); }); })));

// What the server sent, decrypted if it can be.
struct heard {
    packet datagram;
    std::uint32_t at_ms = 0;
    std::optional<oscore_client::answer> opened;

    std::string text() const {
        const packet& shown = opened ? opened->message : datagram;
        return (opened ? "" : "plain ") + test::sent{at_ms, client, testing::response{shown}}.text();
    }
    std::optional<packet> option(mincoap::option number) const {
        const testing::response shown{opened ? opened->message : datagram};
        const auto found = shown.option(number);
        return found ? std::optional{packet{found->value}} : std::nullopt;
    }
};

template <typename Oscore, typename... Layers>
struct device {
    explicit device(Oscore with, Layers&... layers)
        : oscore(with), server{network, site, echo_guard{key}, repeated, oscore, layers..., counted} {
        server.start_message_ids_at(0x7000);
    }

    // Sends a datagram, and moves the clock by some milliseconds.
    std::vector<heard> say(const packet& datagram, std::uint32_t ms = 0, const net::endpoint& from = client) {
        net::arrival about = test::unicast();
        about.route.remote = from;
        network.deliver(datagram, about);
        return pass(ms);
    }
    std::vector<heard> pass(std::uint32_t ms) {
        std::vector<heard> all;
        const std::uint32_t end_ms = now_ms + ms;
        for (;;) {
            while (server.poll(now_ms) != poll_result::idle)
                while (const auto* const d = network.take()) all.push_back({packet{d->content()}, now_ms, {}});
            if (now_ms == end_ms) return all;
            now_ms += std::min(std::max(server.idle_ms(now_ms), 1U), end_ms - now_ms);
        }
    }

    security::key key{1, 2, 3, 4};
    deduplicate<8, 96> repeated;
    Oscore oscore;
    counters counted;
    std::uint32_t now_ms = 100'000;
    net::loopback<default_message_size, 64> network;
    mincoap::server<decltype(network), decltype(site), server_memory<>, echo_guard<>, decltype(repeated)&, Oscore&,
                    Layers&..., counters&>
        server;
};

// All layers, and a client whose context the server has.
class oscore_test : public ::testing::Test {
protected:
    oscore_test() {
        changes = 0;
        state = "off";
        started.clear();
        added = peers.add<recording_crypto>(shared.of_server(), admin);
    }

    // Sends a protected request. Returns the answers as text.
    std::string say(const packet& request) { return say_raw(peer.protect(request)); }
    std::string say_raw(const packet& datagram) { return read(d.say(datagram), peer.number()); }
    std::string pass(std::uint32_t ms, std::uint64_t of) { return read(d.pass(ms), of); }

    // Opens the answers to the request with that number.
    std::string read(std::vector<heard> answers, std::uint64_t of) {
        std::string joined;
        for (heard& h : answers) {
            h.opened = peer.open(h.datagram, of);
            joined += (joined.empty() ? "" : ", ") + h.text();
        }
        if (!answers.empty()) last = answers.back();
        all = std::move(answers);
        return joined;
    }

    // Has the client confirm its address, as it does for each 4.01 with Echo.
    std::string say_confirmed(const ask& request) {
        EXPECT_EQ(say(ask{request}.id(0x4000)).substr(0, 8), "ack 4.01");
        echo = last.option(option::echo).value();
        return say(ask{request}.with(252, echo));
    }

    const bytes_of::context& context() const { return *added; }

    shared_secret shared = shared_secret::fresh();
    oscore_client peer{shared};
    bytes_of::contexts<3> peers;
    bytes_of::context* added;
    observers<3, 60> observing;
    separate<2>::with_oscore waiting;
    device<oscore<bytes_of::contexts<3>, recording_crypto>, observers<3, 60>, separate<2>::with_oscore> d{
        oscore{peers, recording_crypto{}}, observing, waiting};
    heard last;
    std::vector<heard> all;
    packet echo;
};

// ---- Requests and answers

TEST_F(oscore_test, answers_a_protected_request) {
    EXPECT_EQ(say(ask{code::get, "hello"}.token("aa bb")), "ack 2.05: Hello");
    ASSERT_TRUE(last.opened);
    EXPECT_EQ(last.opened->outer, code::changed) << "outside, each answer looks alike";
    EXPECT_FALSE(last.opened->has_number) << "it uses the nonce of its request";
    EXPECT_FALSE(last.opened->outer_observe);
    EXPECT_EQ(context().next_number, 0U);
    EXPECT_EQ(d.counted[outcomes::served], 1U);
}

TEST_F(oscore_test, answers_plain_requests_beside_protected_ones) {
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(say(ask{code::get, "hello"}), "ack 2.05: Hello");
        EXPECT_EQ(say_raw(ask{code::get, "hello"}), "plain ack 2.05: Hello");
    }
}

TEST_F(oscore_test, tells_a_handler_who_asks) {
    say(ask{code::get, "who"});
    EXPECT_EQ(seen_peer, "peer 0 tag 7");
    say_raw(ask{code::get, "who"});
    EXPECT_EQ(seen_peer, "nobody");
    const shared_secret second = shared_secret::fresh("c2");
    peers.add<recording_crypto>(second.of_server(), 9);
    oscore_client another{second};
    d.say(another.protect(ask{code::get, "who"}));
    EXPECT_EQ(seen_peer, "peer 1 tag 9");
}

TEST_F(oscore_test, protects_every_error_behind_the_tag) {
    EXPECT_EQ(say(ask{code::get, "nowhere"}), "ack 4.04");
    EXPECT_EQ(say(ask{code::delete_, "hello"}.id(1)), "ack 4.05");
    EXPECT_EQ(say(ask{code::get, "hello"}.id(2).with(2049)), "ack 4.02");
    EXPECT_EQ(say(ask{code::get, "hello"}.id(3).accept(60)), "ack 4.06");
    EXPECT_EQ(say(ask{code::get, "hello"}.id(4).with(35, "aa")), "ack 5.05");
    EXPECT_EQ(last.opened->outer, code::changed);
}

TEST_F(oscore_test, answers_a_non_confirmable_request) {
    EXPECT_EQ(say(ask{code::get, "hello"}.non()), "non 2.05: Hello");
}

TEST_F(oscore_test, sends_an_empty_acknowledgement_as_it_is) {
    EXPECT_EQ(say(ask{code::get, "nothing"}), "plain ack");
    EXPECT_EQ(last.datagram, "60 00 12 34");
    EXPECT_EQ(say(ask{code::get, "nothing"}.non()), "");
}

TEST_F(oscore_test, answers_a_ping_and_rejects_other_messages_as_without_it) {
    EXPECT_EQ(say_raw("40 00 12 34"), "plain rst");
    EXPECT_EQ(say_raw("40 44 12 35 90 ff aa"), "plain rst") << "a response";
    EXPECT_EQ(say_raw("60 02 12 36 92 09 00 ff aa"), "");
}

// ---- Plain errors

TEST_F(oscore_test, answers_in_plain_before_the_tag_is_checked) {
    const packet hello = ask{code::get, "hello"};
    packet wrong = peer.protect(hello);
    wrong[wrong.size() - 1] ^= 1;
    EXPECT_EQ(say_raw(wrong), "plain ack 4.00");
    EXPECT_EQ(last.option(option::max_age), packet{""}) << "0 s: no proxy keeps it";
    EXPECT_FALSE(last.option(option::oscore));
    EXPECT_EQ(say_raw("40 02 12 35 93 09 00 cc ff aaaaaaaaaaaaaaaaaa"), "plain ack 4.01");
    EXPECT_EQ(last.option(option::max_age), packet{""});
    EXPECT_FALSE(last.option(option::echo)) << "no challenge";
    EXPECT_EQ(say_raw("40 02 12 36 93 29 00 c1 ff aaaaaaaaaaaaaaaaaa"), "plain ack 4.02");
    const packet good = peer.protect(hello);
    say_raw(good);
    packet replayed = good;
    replayed[3] ^= 1;  // another Message ID, so that it is no copy
    EXPECT_EQ(say_raw(replayed), "plain ack 4.01");
    for (const outcome o : {outcomes::oscore_forged, outcomes::oscore_unknown, outcomes::oscore_malformed,
                            outcomes::oscore_replayed, outcomes::served})
        EXPECT_EQ(d.counted[o], 1U) << o.name();
}

TEST_F(oscore_test, refuses_an_option_without_a_payload) {
    EXPECT_EQ(say_raw("40 02 12 34 93 09 00 c1"), "plain ack 4.02");
    EXPECT_EQ(say_raw("40 02 12 35 90"), "plain ack 4.02");
    EXPECT_EQ(say_raw("40 02 12 36 93 09 00 c1 ff"), "plain rst") << "a marker without a payload";
}

// Puts options between the token and the OSCORE option, and behind it.
packet with_outer(const packet& protected_request, const packet& front, const packet& behind, unsigned delta) {
    const bytes all = protected_request;
    packet made = packet{all.first(4)} + front;
    const std::size_t option_size = 1U + (all[4] & 15U);
    packet oscore{all.subspan(4, option_size)};
    oscore[0] = static_cast<byte>(delta << 4 | (oscore[0] & 15));
    return made + oscore + behind + packet{all.subspan(4 + option_size)};
}

TEST_F(oscore_test, ignores_options_outside_that_belong_inside) {
    const packet hello = ask{code::get, "hello"};
    EXPECT_EQ(say_raw(with_outer(peer.protect(hello), "11 aa", "", 8)), "ack 2.05: Hello") << "If-Match";
    EXPECT_EQ(say_raw(with_outer(peer.protect(ask{code::get, "hello"}.id(1)), "", "24 'slow' 61 3c", 9)),
              "ack 2.05: Hello")
        << "Uri-Path and Accept";
    EXPECT_EQ(say_raw(with_outer(peer.protect(ask{code::get, "hello"}.id(2)), "", "d1 ec 02", 9)), "ack 2.05: Hello")
        << "No-Response: 258 = 9 + 13 + 236";
    EXPECT_EQ(say_raw(with_outer(peer.protect(ask{code::get, "hello"}.id(3)), "", "e0 06 ec", 9)), "ack 2.05: Hello")
        << "an unknown critical option, 2050 - 1";
    EXPECT_EQ(say_raw(with_outer(peer.protect(ask{code::get, "hello"}.id(4)), "31 'a' 42 1633", "", 2)),
              "ack 2.05: Hello")
        << "Uri-Host and Uri-Port";
}

TEST_F(oscore_test, refuses_options_outside_that_it_must_not_ignore) {
    const packet hello = ask{code::get, "hello"};
    const auto refused = [&](const packet& behind) { return say_raw(with_outer(peer.protect(hello), "", behind, 9)); };
    EXPECT_EQ(refused("03 090014"), "plain ack 4.02") << "OSCORE twice";
    EXPECT_EQ(refused("d1 01 06"), "plain ack 4.02") << "Block2";
    EXPECT_EQ(refused("d1 05 08"), "plain ack 4.02") << "Block1";
    EXPECT_EQ(refused("c0"), "plain ack 4.02") << "EDHOC";
    EXPECT_EQ(refused("d1 0d 'x'"), "plain ack 5.05") << "Proxy-Uri";
    EXPECT_EQ(context().window, bytes_of::replay_window{});
}

TEST_F(oscore_test, drops_a_protected_request_to_a_group) {
    net::arrival about = test::multicast();
    d.network.deliver(peer.protect(ask{code::get, "hello"}.non()), about);
    EXPECT_EQ(pass(0, 0), "");
    EXPECT_EQ(context().window, bytes_of::replay_window{});
}

// ---- Inside

TEST_F(oscore_test, answers_protected_if_no_request_is_inside) {
    const packet header = "40 00 12 34";
    const auto inside = [&](const packet& inner, byte id) {
        packet h = header;
        h[3] = id;
        return say_raw(peer.protect_inner(h, inner));
    };
    EXPECT_EQ(inside("00", 1), "ack 4.00") << "an Empty message";
    EXPECT_EQ(inside("45", 2), "ack 4.00") << "a response";
    EXPECT_EQ(inside("01 b5 'hell'", 3), "ack 4.00") << "cut off";
    EXPECT_EQ(inside("01 b5 'hello' ff", 4), "ack 4.00") << "a marker without a payload";
    EXPECT_EQ(inside("01 93 090000 25 'hello'", 5), "ack 4.00") << "OSCORE inside";
    EXPECT_EQ(d.counted[outcomes::oscore_bad_request], 5U);
    EXPECT_EQ(inside("01 b5 'hello'", 6), "ack 2.05: Hello");
}

TEST_F(oscore_test, regards_no_response_inside_alone) {
    EXPECT_EQ(say(ask{code::get, "hello"}.with(258, "02")), "ack 2.05: Hello") << "this server ignores it";
}

// ---- Copies

TEST_F(oscore_test, repeats_the_same_bytes_to_a_copy) {
    const packet add = peer.protect(ask{code::post, "count"});
    EXPECT_EQ(say_raw(add), "ack 2.04: 1");
    const packet first = last.datagram;
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(say_raw(add), "ack 2.04: 1");
        EXPECT_EQ(last.datagram, first);
    }
    EXPECT_EQ(say_raw(add), "") << "no client sends a request six times";
    EXPECT_EQ(changes, 1);
    EXPECT_EQ(d.counted[outcomes::duplicate], 5U);
}

TEST_F(oscore_test, repeats_an_answer_that_the_guard_would_not_let_pass) {
    const packet get_long = peer.protect(ask{code::get, "who"}.query("a").query("b"));
    EXPECT_EQ(say_raw(get_long), "ack 4.02");
    EXPECT_EQ(say_raw(get_long), "ack 4.02");
}

TEST_F(oscore_test, makes_no_challenge_of_a_copy_of_a_plain_error) {
    const packet unknown = "40 02 12 35 93 09 00 cc ff aaaaaaaaaaaaaaaaaa";
    EXPECT_EQ(say_raw(unknown), "plain ack 4.01");
    const packet first = last.datagram;
    EXPECT_EQ(say_raw(unknown), "plain ack 4.01");
    EXPECT_EQ(last.datagram, first);
    EXPECT_EQ(d.counted[outcomes::duplicate], 1U);
}

TEST_F(oscore_test, sends_no_part_of_a_kept_answer_that_is_too_large) {
    const packet get_long = peer.protect(ask{code::get, "long"});
    EXPECT_EQ(say_raw(get_long), "ack 2.05: " + std::string{long_text});
    EXPECT_EQ(say_raw(get_long), "") << "the code alone would be a plain answer";
}

TEST_F(oscore_test, keeps_the_copies_of_a_registration) {
    say_confirmed(ask{code::get, "state"}.with(6));
    const packet registration = peer.protect(ask{code::get, "state"}.id(7).with(6).with(252, echo));
    EXPECT_EQ(say_raw(registration), "ack 2.05 obs: off");
    EXPECT_EQ(say_raw(registration), "ack 2.05 obs: off");
    EXPECT_EQ(d.counted[outcomes::oscore_replayed], 0U);
}

TEST_F(oscore_test, keeps_answers_to_clients_with_keys_and_lets_others_go) {
    const packet add = peer.protect(ask{code::post, "count"});
    say_raw(add);
    for (std::uint16_t i = 0; i < 20; ++i) say_raw(ask{code::post, "count"}.id(i));
    EXPECT_EQ(say_raw(add), "ack 2.04: 1");
    EXPECT_EQ(d.counted[outcomes::duplicate], 1U);
}

TEST_F(oscore_test, keeps_the_latest_answers_to_a_client_with_keys) {
    for (std::uint16_t i = 0; i < 20; ++i) {
        const packet add = peer.protect(ask{code::post, "count"}.id(i));
        const std::string first = say_raw(add);
        d.pass(10);
        EXPECT_EQ(say_raw(add), first) << i;
    }
    EXPECT_EQ(changes, 20);
}

// ---- The guard

TEST_F(oscore_test, sends_a_large_answer_to_a_client_with_keys) {
    EXPECT_EQ(say(ask{code::get, "long"}), "ack 2.05: " + std::string{long_text});
    EXPECT_EQ(say_raw(ask{code::get, "long"}), "plain ack 4.01");
    EXPECT_TRUE(last.option(option::echo));
}

TEST_F(oscore_test, challenges_inside_where_the_address_counts) {
    EXPECT_EQ(say(ask{code::get, "careful"}), "ack 4.01");
    const packet first = last.option(option::echo).value();
    EXPECT_EQ(first.size(), echo_guard<>::echo_size);
    EXPECT_EQ(say(ask{code::get, "careful"}.id(1).with(252, "0102030405060708")), "ack 4.01") << "a wrong one";
    EXPECT_EQ(say(ask{code::get, "careful"}.id(2).with(252, first)), "ack 2.05: careful");
    EXPECT_EQ(d.counted[outcomes::oscore_challenged], 2U);
    EXPECT_EQ(context().next_number, 0U);
}

TEST_F(oscore_test, confirms_a_new_address_anew) {
    say_confirmed(ask{code::get, "careful"});
    const auto moved = d.say(peer.protect(ask{code::get, "careful"}.id(9).with(252, echo)), 0, other);
    EXPECT_EQ(read(moved, peer.number()), "ack 4.01");
    const auto served = d.say(peer.protect(ask{code::get, "hello"}.id(10)), 0, other);
    EXPECT_EQ(read(served, peer.number()), "ack 2.05: Hello") << "the context goes on";
}

// ---- Observe

TEST_F(oscore_test, notifies_with_numbers_of_its_own) {
    EXPECT_EQ(say_confirmed(ask{code::get, "state"}.token("aa").with(6)), "ack 2.05 obs: off");
    const std::uint64_t of = peer.number();
    EXPECT_EQ(last.opened->outer, code::content);
    EXPECT_EQ(last.opened->outer_observe->size(), 3U);
    EXPECT_EQ(last.option(option::observe), packet{""});
    EXPECT_FALSE(last.opened->has_number) << "the first one uses the nonce of the request";
    packet before = *last.opened->outer_observe;
    for (std::uint64_t i = 0; i < 10; ++i) {
        state = i % 2 == 0 ? "on" : "off";
        d.server.template changed<"state">();
        const std::string kind = i == 5 ? "con" : "non";
        ASSERT_EQ(pass(5'000, of).substr(0, 16), kind + " 2.05 obs: " + (i % 2 == 0 ? "on" : "of")) << i;
        EXPECT_TRUE(last.opened->has_number);
        EXPECT_EQ(last.opened->outer, code::content);
        EXPECT_EQ(last.option(option::observe), packet{""});
        EXPECT_NE(*last.opened->outer_observe, before);
        before = *last.opened->outer_observe;
        if (kind == "con") d.say(packet{"60 00"} + packet{last.datagram.view().subspan(2, 2)});
        EXPECT_EQ(say(ask{code::get, "hello"}.id(static_cast<std::uint16_t>(i))), "ack 2.05: Hello")
            << "a request between two notifications disturbs neither";
    }
    EXPECT_EQ(context().next_number, last.opened ? context().next_number : 0U);
    EXPECT_GE(context().next_number, 10U);
}

TEST_F(oscore_test, observes_by_the_option_inside_alone) {
    say_confirmed(ask{code::get, "state"}.token("aa").with(6));
    EXPECT_EQ(observing.size(), 1U);
    // The end, by the option inside, whatever is outside.
    packet end = peer.protect(ask{code::get, "state"}.token("aa").id(1).with(6, "01").with(252, echo));
    EXPECT_EQ(say_raw(end), "ack 2.05: off");
    EXPECT_EQ(observing.size(), 0U);
    const packet without = ask{code::get, "state"}.token("aa").id(2).with(252, echo);
    const packet inner = packet{"01"} + packet{without.view().subspan(5)};
    EXPECT_EQ(say_raw(peer.protect_inner(without, inner, packet{""})), "ack 2.05: off") << "outside alone";
    EXPECT_EQ(observing.size(), 0U);
    EXPECT_EQ(last.opened->outer, code::content);
}

TEST_F(oscore_test, ends_an_observation_without_an_option_outside) {
    say_confirmed(ask{code::get, "state"}.token("aa").with(6));
    const packet end = ask{code::get, "state"}.token("aa").id(1).with(6, "01").with(252, echo);
    EXPECT_EQ(say_raw(peer.protect_inner(end, packet{"01"} + packet{end.view().subspan(5)})), "ack 2.05: off");
    EXPECT_EQ(observing.size(), 0U);
}

TEST_F(oscore_test, binds_notifications_to_the_latest_registration) {
    say_confirmed(ask{code::get, "state"}.token("aa").with(6));
    const std::uint64_t first = peer.number();
    EXPECT_EQ(say(ask{code::get, "state"}.token("aa").id(1).with(6).with(252, echo)), "ack 2.05 obs: off");
    const std::uint64_t second = peer.number();
    EXPECT_EQ(observing.size(), 1U);
    d.server.template changed<"state">();
    const auto sent = d.pass(5'000);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_FALSE(peer.open(sent[0].datagram, first));
    EXPECT_TRUE(peer.open(sent[0].datagram, second));
}

TEST_F(oscore_test, notifies_plain_and_protected_observers_of_one_address) {
    say_confirmed(ask{code::get, "state"}.token("aa").with(6));
    const std::uint64_t of = peer.number();
    EXPECT_EQ(say_raw(ask{code::get, "state"}.token("bb").with(6).with(252, echo)), "plain ack 2.05 obs: off");
    EXPECT_EQ(observing.size(), 2U);
    state = "on";
    d.server.template changed<"state">();
    pass(5'000, of);
    ASSERT_EQ(all.size(), 2U);
    int plain = 0;
    for (const heard& h : all) plain += h.opened ? 0 : 1;
    EXPECT_EQ(plain, 1);
    for (const heard& h : all) EXPECT_NE(h.text().find("non 2.05 obs: on"), std::string::npos);
}

TEST_F(oscore_test, ends_no_protected_observation_by_a_plain_request) {
    say_confirmed(ask{code::get, "state"}.token("aa").with(6));
    EXPECT_EQ(say_raw(ask{code::get, "state"}.token("aa").id(1).with(6, "01").with(252, echo)), "plain ack 2.05: off");
    EXPECT_EQ(observing.size(), 1U);
}

TEST_F(oscore_test, lets_no_unconfirmed_address_observe) {
    EXPECT_EQ(say(ask{code::get, "state"}.with(6)), "ack 4.01");
    EXPECT_TRUE(last.option(option::echo));
    EXPECT_EQ(last.opened->outer, code::content);
    EXPECT_EQ(observing.size(), 0U);
}

TEST_F(oscore_test, notifies_of_a_protected_change) {
    say_confirmed(ask{code::get, "state"}.token("aa").with(6));
    const std::uint64_t of = peer.number();
    const auto sent = d.say(peer.protect(ask{code::put, "state"}.id(1).payload("on")), 5'000);
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(read({sent[0]}, peer.number()), "ack 2.04");
    EXPECT_EQ(read({sent[1]}, of), "non 2.05 obs: on");
}

TEST_F(oscore_test, ends_observations_when_their_context_goes) {
    say_confirmed(ask{code::get, "state"}.token("aa").with(6));
    const std::uint64_t of = peer.number();
    peers.remove(*added);
    d.server.template changed<"state">();
    EXPECT_EQ(pass(5'000, of), "");
    added = peers.add<recording_crypto>(shared_secret::fresh().of_server());
    d.server.template changed<"state">();
    EXPECT_EQ(pass(200'000, of), "") << "nor does the next context in this place protect them";
    EXPECT_EQ(observing.size(), 0U);
    EXPECT_EQ(context().next_number, 0U);
}

TEST_F(oscore_test, encrypts_no_notification_that_is_not_sent) {
    say_confirmed(ask{code::get, "state"}.token("aa").with(6));
    const std::uint64_t of = peer.number();
    state = "";
    d.server.template changed<"state">();
    EXPECT_EQ(pass(5'000, of), "") << "the handler has nothing to say";
    EXPECT_EQ(context().next_number, 0U);
    EXPECT_EQ(say(ask{code::get, "slow"}.token("bb").id(1).with(252, echo)), "plain ack");
    d.server.complete(started.at(0), content("done"));
    EXPECT_EQ(pass(0, peer.number()), "con 2.05: done");
    state = "gone";
    d.server.template changed<"state">();
    EXPECT_EQ(pass(1'000, of), "") << "the error waits until the response is acknowledged";
    d.say(packet{"60 00"} + packet{last.datagram.view().subspan(2, 2)});
    EXPECT_EQ(pass(5'000, of), "con 4.04");
}

// ---- Separate responses

TEST_F(oscore_test, protects_a_separate_response_each_time_with_another_number) {
    EXPECT_EQ(say_confirmed(ask{code::get, "slow"}.token("aa")), "plain ack");
    const std::uint64_t of = peer.number();
    EXPECT_EQ(say(ask{code::get, "hello"}.id(1)), "ack 2.05: Hello");
    d.server.complete(started.at(0), content("done"));
    EXPECT_EQ(pass(10'000, of), "con 2.05: done, con 2.05: done, con 2.05: done");
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].opened->number, i);
    EXPECT_EQ(all[0].opened->outer, code::changed);
    d.say(packet{"60 00"} + packet{last.datagram.view().subspan(2, 2)});
    EXPECT_EQ(pass(100'000, of), "");
}

TEST_F(oscore_test, protects_the_answer_to_a_ticket_that_has_expired) {
    say_confirmed(ask{code::get, "slow"}.token("aa"));
    EXPECT_EQ(pass(30'001, peer.number()), "con 5.04");
}

TEST_F(oscore_test, leaves_a_plain_separate_response_plain) {
    say_raw(ask{code::get, "slow"});
    EXPECT_EQ(say_raw(ask{code::get, "slow"}.id(1).with(252, last.option(option::echo).value())), "plain ack");
    d.server.complete(started.at(0), content("done"));
    EXPECT_EQ(pass(0, 0), "plain con 2.05: done");
}

// ---- The end of numbers

TEST_F(oscore_test, says_nothing_that_needs_a_number_when_there_is_none) {
    say_confirmed(ask{code::get, "state"}.token("aa").with(6));
    const std::uint64_t of = peer.number();
    added->next_number = bytes_of::number_limit - 1;
    d.server.template changed<"state">();
    EXPECT_EQ(pass(5'000, of), "non 2.05 obs: off");
    EXPECT_EQ(last.opened->number, bytes_of::number_limit - 1);
    d.server.template changed<"state">();
    EXPECT_EQ(pass(5'000, of), "");
    EXPECT_EQ(say(ask{code::get, "hello"}.id(1)), "ack 2.05: Hello") << "that needs none";
}

TEST_F(oscore_test, takes_the_last_number_of_a_client) {
    peer.next_number = bytes_of::number_limit - 1;
    EXPECT_EQ(say(ask{code::get, "hello"}), "ack 2.05: Hello");
}

// ---- Attacks: 10,000 forged, replayed, cut and damaged requests between good ones

TEST_F(oscore_test, serves_each_good_request_between_bad_ones) {
    std::minstd_rand random{16};
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    std::vector<packet> good;
    int served = 0;
    for (int i = 0; i < 10'000; ++i) {
        if (i % 100 == 0) {
            good.push_back(peer.protect(ask{code::post, "count"}.id(static_cast<std::uint16_t>(i))));
            ASSERT_EQ(say_raw(good.back()), "ack 2.04: " + std::to_string(++served)) << i;
            if (good.size() > 20) good.erase(good.begin());
        }
        packet bad = good.at(below(good.size()));
        bad[2] = 0xff;  // no copy
        const std::size_t payload = bad.size() - 1 - below(15);
        switch (below(5)) {
            case 0: break;
            case 1: bad[payload] = static_cast<byte>(bad[payload] ^ 1U << below(8)); break;
            case 2: bad = packet{bad.view().first(4 + below(bad.size() - 4))}; break;
            case 3: bad[4 + below(bad.size() - 4)] = static_cast<byte>(random()); break;
            default: bad = bad + test::filler(1 + below(30), static_cast<byte>(random())); break;
        }
        const bytes_of::context before = context();
        d.say(bad);
        ASSERT_EQ(std::memcmp(&before, &context(), sizeof before), 0) << ::testing::PrintToString(bad);
    }
    EXPECT_EQ(context().next_number, 0U);
}

}  // namespace
}  // namespace mincoap
