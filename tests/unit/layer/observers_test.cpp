// Observe (RFC 7641). Test names such as O1 refer to its requirements. Each known fault of other servers has a test.
#include <mincoap/layer/observers.hpp>

#include <gtest/gtest.h>
#include <mincoap/resource/dynamic_routes.hpp>

#include "../../support/timeline.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::client;
using test::packet;

constexpr net::endpoint other = net::ipv4(192, 0, 2, 9, 40001);

int temperature = 20;
content_format format_now = content_format::text_plain;
bool is_gone = false;
bool is_mute = false;

reply read_temperature(const request&) {
    if (is_mute) return reply::nothing();
    if (is_gone) return code::not_found;
    return {code::content, message::encoded_content_format::encode(format_now), text_of(temperature)};
}
reply write_temperature(const request& r) {
    if (r.payload().empty()) return code::bad_request;
    temperature = r.payload()[0];
    return code::changed;
}
constexpr auto site = routes(at<"temp">(get(read_temperature), put(write_temperature)).observable(),
                             at<"a/b">(get([] { return content("ab"); })).observable(),
                             at<"">(get([] { return content("root"); })).observable(),
                             at<"long">(document("0123456789abcdef0123456789abcdef")).observable(),
                             at<"fetched">(fetch([](const request& r) {
                                 return content(r.payload().size() == 3 ? "three" : "other");
                             })).observable(),
                             at<"plain">(text("plain")), well_known_core);

ask observe(std::string_view path = "temp") { return ask{code::get, path}.with(6).token("aa bb"); }
ask cancel(std::string_view path = "temp") { return ask{code::get, path}.with(6, "01").token("aa bb"); }

class observers_test : public ::testing::Test {
protected:
    observers_test() {
        temperature = 20, format_now = content_format::text_plain, is_gone = is_mute = false;
        t.server.start_message_ids_at(7);
    }

    // The error of one observation waits for the acknowledgement of another one. Returns the message
    // that the client has to acknowledge.
    test::sent let_an_error_wait() {
        t.say(observe());
        t.say(observe("a/b").token("01"));
        t.server.changed<"a/b">(message::type::confirmable);
        const auto first = t.pass(0);
        is_gone = true;
        t.server.changed<"temp">();
        return first.at(0);
    }

    observers<2, 40> observing;
    test::timeline<decltype(site), observers<2, 40>> t{site, observing};
};

TEST_F(observers_test, registers_and_notifies_with_the_token_and_growing_numbers) {
    EXPECT_EQ(t.say(observe()), "ack 2.05 obs: 20");
    EXPECT_EQ(observing.size(), 1U);
    EXPECT_EQ(t.said_within(1000), "");
    temperature = 21;
    t.server.changed<"temp">();
    const auto first = t.pass(10);
    ASSERT_EQ(t.texts(first), "non 2.05 obs: 21");
    EXPECT_EQ(first[0].token(), packet{"aa bb"});
    EXPECT_EQ(first[0].to, client);
    temperature = 22;
    t.server.changed<"temp">();
    EXPECT_EQ(t.said_within(2900), "") << "one in three seconds (RFC 7641 section 4.5.1)";
    const auto second = t.pass(200);
    ASSERT_EQ(t.texts(second), "non 2.05 obs: 22");
    EXPECT_GT(second[0].message.option(option::observe)->uint(), first[0].message.option(option::observe)->uint());
    EXPECT_NE(second[0].id(), first[0].id());
}

TEST_F(observers_test, gives_the_response_and_the_first_notification_different_numbers) {
    EXPECT_EQ(t.say(observe()), "ack 2.05 obs: 20");
    const std::uint32_t registered = 1;
    t.server.changed<"temp">();
    EXPECT_GT(t.pass(0).at(0).message.option(option::observe)->uint(), registered);
}

TEST_F(observers_test, replaces_the_entry_of_the_same_endpoint_and_token) {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(t.say(observe()), "ack 2.05 obs: 20");
    EXPECT_EQ(observing.size(), 1U);
    EXPECT_EQ(t.say(observe().token("aa bc")), "ack 2.05 obs: 20");
    EXPECT_EQ(observing.size(), 2U);
}

TEST_F(observers_test, takes_the_empty_token_as_a_token) {
    EXPECT_EQ(t.say(observe().token("")), "ack 2.05 obs: 20");
    EXPECT_EQ(t.say(observe()), "ack 2.05 obs: 20");
    EXPECT_EQ(observing.size(), 2U);
    EXPECT_EQ(t.say(cancel().token("")), "ack 2.05: 20");
    EXPECT_EQ(observing.size(), 1U);
}

TEST_F(observers_test, answers_plainly_when_the_table_is_full) {
    EXPECT_EQ(t.say(observe()), "ack 2.05 obs: 20");
    EXPECT_EQ(t.say(observe(), other), "ack 2.05 obs: 20");
    EXPECT_EQ(t.say(observe().token("01")), "ack 2.05: 20");
    EXPECT_EQ(observing.size(), 2U);
}

TEST_F(observers_test, cancels_by_endpoint_and_token_alone) {
    t.say(observe());
    t.say(observe(), other);
    EXPECT_EQ(t.say(cancel("a/b")), "ack 2.05: ab") << "whatever the path";
    EXPECT_EQ(observing.size(), 1U);
    t.server.changed<"temp">();
    const auto left = t.pass(0);
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0].to, other);
}

TEST_F(observers_test, forgets_all_observations_and_sends_nothing) {
    t.say(observe());
    t.say(observe(), other);
    t.server.changed<"temp">(message::type::confirmable);
    t.pass(0);
    observing = {};
    EXPECT_EQ(observing.size(), 0U);
    t.server.changed<"temp">();
    EXPECT_EQ(t.said_within(100'000), "");
    EXPECT_EQ(t.say(observe()), "ack 2.05 obs: 20");
    t.server.changed<"temp">();
    EXPECT_EQ(t.said_within(0), "non 2.05 obs: 20");
}

TEST_F(observers_test, notifies_in_a_place_that_was_free_while_the_resource_changed) {
    t.say(observe());
    t.say(cancel());
    t.server.changed<"temp">(message::type::confirmable);
    EXPECT_EQ(t.said_within(5000), "");
    t.say(observe());
    temperature = 21;
    t.server.changed<"temp">();
    EXPECT_EQ(t.said_within(10), "non 2.05 obs: 21");
}

TEST_F(observers_test, takes_other_values_of_the_option_as_if_it_were_absent) {
    EXPECT_EQ(t.say(ask{code::get, "temp"}.with(6, "02")), "ack 2.05: 20");
    EXPECT_EQ(t.say(ask{code::get, "temp"}.with(6, "00 00 00 00")), "ack 2.05: 20");
    EXPECT_EQ(observing.size(), 0U);
    EXPECT_EQ(t.say(ask{code::get, "temp"}.with(6, "00 00 00")), "ack 2.05 obs: 20");
}

TEST_F(observers_test, registers_at_observable_places_alone_and_discovery_tells_which) {
    EXPECT_EQ(t.say(observe("plain")), "ack 2.05: plain");
    EXPECT_EQ(observing.size(), 0U);
    EXPECT_EQ(t.say(ask{code::get, ".well-known/core"}),
              "ack 2.05: </temp>;obs,</a/b>;obs,</>;obs,</long>;obs,</fetched>;obs,</plain>");
}

TEST_F(observers_test, does_not_register_errors_nor_other_methods) {
    is_gone = true;
    EXPECT_EQ(t.say(observe()), "ack 4.04");
    EXPECT_EQ(t.say(observe("nowhere")), "ack 4.04");
    EXPECT_EQ(t.say(ask{code::put, "temp"}.with(6).payload("!")), "ack 2.04");
    EXPECT_EQ(observing.size(), 0U);
}

TEST_F(observers_test, observes_a_fetch_with_its_payload) {
    EXPECT_EQ(t.say(ask{code::fetch, "fetched"}.with(6).payload("abc")), "ack 2.05 obs: three");
    t.server.changed<"fetched">();
    EXPECT_EQ(t.said_within(0), "non 2.05 obs: three");
}

TEST_F(observers_test, tells_of_a_resource_that_is_gone_and_forgets_the_client) {
    t.say(observe());
    is_gone = true;
    t.server.changed<"temp">();
    const auto last = t.pass(0);
    ASSERT_EQ(t.texts(last), "con 4.04");
    EXPECT_EQ(last[0].token(), packet{"aa bb"});
    EXPECT_EQ(observing.size(), 1U) << "until the client has acknowledged it";
    t.acknowledge(last[0]);
    EXPECT_EQ(observing.size(), 0U);
}

TEST_F(observers_test, ends_with_4_06_when_the_content_format_changes) {
    t.say(observe());
    format_now = content_format::json;
    t.server.changed<"temp">();
    const auto last = t.pass(0);
    ASSERT_EQ(t.texts(last), "con 4.06");
    t.acknowledge(last[0]);
    EXPECT_EQ(observing.size(), 0U);
}

TEST_F(observers_test, forgets_a_client_that_rejects_a_notification_confirmable_or_not) {
    t.say(observe());
    t.server.changed<"temp">();
    EXPECT_EQ(t.reset(t.pass(0).at(0)), "");
    EXPECT_EQ(observing.size(), 0U);

    t.say(observe());
    t.server.changed<"temp">(message::type::confirmable);
    const auto con = t.pass(0);
    ASSERT_EQ(t.texts(con), "con 2.05 obs: 20");
    t.reset(con[0]);
    EXPECT_EQ(observing.size(), 0U);
}

TEST_F(observers_test, takes_no_reset_from_another_endpoint_or_with_another_message_id) {
    t.say(observe());
    t.server.changed<"temp">();
    auto s = t.pass(0).at(0);
    s.to = other;
    t.reset(s);
    EXPECT_EQ(observing.size(), 1U);
    EXPECT_EQ(t.say("70 00 ff fe"), "");
    EXPECT_EQ(observing.size(), 1U);
}

TEST_F(observers_test, makes_a_notification_confirmable_that_was_asked_for_while_another_one_was_unacknowledged) {
    t.say(observe());
    t.server.changed<"temp">(message::type::confirmable);
    const auto first = t.pass(10);
    ASSERT_EQ(t.texts(first), "con 2.05 obs: 20");
    temperature = 21;
    t.server.changed<"temp">();
    t.server.changed<"temp">(message::type::confirmable);
    t.server.changed<"temp">();
    EXPECT_EQ(t.acknowledge(first[0]), "con 2.05 obs: 21");
}

TEST_F(observers_test, sends_a_confirmable_notification_again_four_times_and_gives_up) {
    t.say(observe());
    t.server.changed<"temp">(message::type::confirmable);
    const auto all = t.pass(100'000);
    ASSERT_EQ(all.size(), 5U);
    for (const auto& s : all) {
        EXPECT_EQ(s.text(), "con 2.05 obs: 20");
        EXPECT_EQ(s.id(), all[0].id());
    }
    const std::uint32_t first = all[1].at_ms - all[0].at_ms;
    EXPECT_GE(first, 2000U);
    EXPECT_LE(first, 3000U);
    for (int i = 1; i < 4; ++i)
        EXPECT_EQ(all[static_cast<std::size_t>(i) + 1].at_ms - all[static_cast<std::size_t>(i)].at_ms, first << i);
    EXPECT_EQ(observing.size(), 0U) << "after 62 to 93 s";
}

TEST_F(observers_test, replaces_what_is_on_its_way_by_a_new_state_with_a_new_message_id) {
    t.say(observe());
    t.server.changed<"temp">(message::type::confirmable);
    const auto first = t.pass(0).at(0);
    temperature = 30;
    t.server.changed<"temp">();
    EXPECT_EQ(t.said_within(1900), "") << "the timeout goes on";
    const auto second = t.pass(1200).at(0);
    EXPECT_EQ(second.text(), "con 2.05 obs: 30");
    EXPECT_NE(second.id(), first.id());
    t.acknowledge(first);
    EXPECT_EQ(observing.size(), 1U) << "a late acknowledgement of the old one changes nothing";
    EXPECT_EQ(t.said_within(7000), "con 2.05 obs: 30") << "nor does it stop the new one";
    t.acknowledge(second);
    EXPECT_EQ(t.said_within(50'000), "");
}

TEST_F(observers_test, sends_a_confirmable_one_after_five_that_are_not) {
    t.say(observe());
    std::string all;
    for (int i = 0; i < 6; ++i) {
        t.server.changed<"temp">();
        all += t.said_within(3000).substr(0, 3) + ' ';
    }
    EXPECT_EQ(all, "non non non non non con ");
}

TEST_F(observers_test, sends_ten_messages_at_most_to_a_client_that_is_silent) {
    t.say(observe());
    std::size_t sent = 0;
    for (int i = 0; i < 100; ++i) {
        t.server.changed<"temp">();
        sent += t.pass(3000).size();
    }
    EXPECT_EQ(sent, 5U + 5U) << "five that are Non-confirmable, and a Confirmable one with four repetitions";
    EXPECT_EQ(observing.size(), 0U);
}

TEST_F(observers_test, counts_the_message_ids_to_each_client_from_another_number) {
    t.say(observe());
    t.say(observe(), other);
    t.server.changed<"temp">();
    const auto both = t.pass(0);
    ASSERT_EQ(both.size(), 2U);
    EXPECT_GT(static_cast<std::uint16_t>(both[1].id() - both[0].id() + 100), 200U) << "one tells nothing of the other";
    t.server.changed<"temp">();
    const auto next = t.pass(3000);
    ASSERT_EQ(next.size(), 2U);
    const auto& again = next[0].to == both[0].to ? next[0] : next[1];
    EXPECT_LE(static_cast<std::uint16_t>(again.id() - both[0].id()), 3U) << "none is used twice for a long time";
}

TEST_F(observers_test, brings_the_last_state_to_a_client_that_lost_it) {
    t.say(observe());
    temperature = 25;
    t.server.changed<"temp">();
    EXPECT_EQ(t.said_within(1000), "non 2.05 obs: 25") << "which is lost";
    const auto again = t.pass(60'000);
    ASSERT_EQ(t.texts(again), "con 2.05 obs: 25");
    t.acknowledge(again[0]);
    EXPECT_EQ(t.said_within(3'600'000), "") << "the client has it";
}

TEST_F(observers_test, sends_a_confirmable_notification_every_24_hours) {
    t.say(observe());
    const auto all = t.pass(86'400'000);
    ASSERT_GE(all.size(), 1U);
    EXPECT_EQ(all[0].text(), "con 2.05 obs: 20");
}

TEST_F(observers_test, has_one_confirmable_message_on_its_way_to_a_client) {
    t.say(observe());
    t.say(observe("a/b").token("01"));
    t.server.changed<"temp">(message::type::confirmable);
    t.server.changed<"a/b">(message::type::confirmable);
    const auto first = t.pass(1000);
    ASSERT_EQ(first.size(), 1U) << "NSTART = 1 (RFC 7252 section 4.7)";
    t.acknowledge(first[0]);
    EXPECT_EQ(t.said_within(10), "") << "it was sent by the acknowledgement";
}

TEST_F(observers_test, forgets_an_error_that_waited_when_the_resource_is_back) {
    const test::sent first = let_an_error_wait();
    EXPECT_EQ(t.said_within(500), "");
    is_gone = false;
    EXPECT_EQ(t.acknowledge(first), "con 2.05 obs: 20");
}

TEST_F(observers_test, serves_the_second_of_two_observers_while_the_first_is_silent) {
    t.say(observe());
    t.say(observe(), other);
    t.server.changed<"temp">(message::type::confirmable);
    const auto both = t.pass(0);
    ASSERT_EQ(both.size(), 2U);
    EXPECT_NE(both[0].to, both[1].to);
}

TEST_F(observers_test, counts_a_change_by_a_client) {
    t.say(observe());
    EXPECT_EQ(t.say(ask{code::put, "temp"}.payload("A"), other), "ack 2.04, non 2.05 obs: 65");
    EXPECT_EQ(t.say(ask{code::put, "temp"}, other), "ack 4.00") << "it has not changed";
    EXPECT_EQ(t.said_within(4000), "");
}

// The last state reaches all observers, whether or not the client that changed it wants a response (RFC 7967).
TEST_F(observers_test, counts_a_change_by_a_client_that_gets_no_response) {
    observers<1, 40> silent;
    no_response omits;
    test::timeline quiet{site, silent, omits};
    quiet.say(observe());
    EXPECT_EQ(quiet.say(ask{code::put, "temp"}.payload("B").with(258, "02"), other), "ack, non 2.05 obs: 66");
    EXPECT_EQ(quiet.said_within(4000), "");
    EXPECT_EQ(quiet.say(ask{code::put, "temp"}.payload("C").with(258, "02").non(), other), "non 2.05 obs: 67");
    quiet.said_within(4000);
    EXPECT_EQ(quiet.say(ask{code::put, "temp"}.payload("D").with(2049).non(), other), "") << "refused";
}

TEST_F(observers_test, takes_no_other_message_for_a_change) {
    t.say(observe("").token("01"));
    EXPECT_EQ(t.say("40 00 00 09"), "rst") << "a ping";
    EXPECT_EQ(t.say("60 03 00 09"), "") << "an Acknowledgement with the code of PUT";
    EXPECT_EQ(t.say("50 45 00 09"), "") << "a response";
}

TEST_F(observers_test, takes_no_reset_for_an_observation_that_had_the_place_before) {
    t.say(observe());
    t.server.changed<"temp">();
    const auto late = t.pass(0);
    t.say(cancel());
    t.say(observe().token("01"));
    t.reset(late.at(0));
    EXPECT_EQ(observing.size(), 1U);
}

// A free place must not set the time of the next notification.
TEST_F(observers_test, tells_of_a_change_weeks_after_another_client_has_gone) {
    t.say(observe());
    t.say(observe(), other);
    t.say(cancel());
    t.server.changed<"temp">(message::type::confirmable);
    constexpr std::uint32_t until_next_confirmable = 82 << 20;
    for (const test::sent& s : t.pass(0)) t.acknowledge(s);
    for (int day = 0; day < 25; ++day)
        for (const test::sent& s : t.pass(until_next_confirmable)) t.acknowledge(s);
    t.server.changed<"temp">();
    EXPECT_EQ(t.said_within(1000), "non 2.05 obs: 20");
}

TEST_F(observers_test, tells_of_an_error_when_no_other_message_is_on_its_way) {
    const test::sent first = let_an_error_wait();
    EXPECT_EQ(t.said_within(1500), "") << "the error is Confirmable, so it waits (RFC 7252 section 4.7)";
    EXPECT_EQ(t.acknowledge(first), "con 4.04");
    EXPECT_EQ(observing.size(), 2U) << "until the client has acknowledged it";
}

TEST_F(observers_test, sends_one_notification_in_three_seconds_confirmable_or_not) {
    t.say(observe());
    t.server.changed<"temp">();
    EXPECT_EQ(t.said_within(0), "non 2.05 obs: 20");
    t.server.changed<"temp">(message::type::confirmable);
    EXPECT_EQ(t.said_within(2900), "");
    EXPECT_EQ(t.said_within(200), "con 2.05 obs: 20");
}

TEST_F(observers_test, sends_the_second_of_two_confirmable_ones_with_the_acknowledgement_of_the_first) {
    t.say(observe());
    t.say(observe("a/b").token("01"));
    t.server.changed<"temp">(message::type::confirmable);
    t.server.changed<"a/b">(message::type::confirmable);
    const auto first = t.pass(500);
    ASSERT_EQ(first.size(), 1U);
    const std::string second = first[0].text() == "con 2.05 obs: 20" ? "con 2.05 obs: ab" : "con 2.05 obs: 20";
    EXPECT_EQ(t.acknowledge(first[0]), second);
}

TEST_F(observers_test, keeps_nothing_of_a_registration_that_is_no_request) {
    const packet get{ask{code::get, "temp"}.with(6)};
    std::vector<byte> acknowledgement(get.view().begin(), get.view().end());
    acknowledgement[0] |= 0x20;
    EXPECT_EQ(t.say(packet{bytes{acknowledgement}}), "");
    EXPECT_EQ(observing.size(), 0U);
    net::arrival about = test::multicast();
    t.network.deliver(packet{ask{code::get, "temp"}.with(6).non()}, about);
    t.pass(0);
    EXPECT_EQ(observing.size(), 0U);
}

TEST_F(observers_test, tells_a_client_of_one_change_after_many_while_a_message_is_on_its_way) {
    t.say(observe());
    t.server.changed<"temp">(message::type::confirmable);
    const auto first = t.pass(0);
    for (temperature = 21; temperature < 30; ++temperature) t.server.changed<"temp">();
    EXPECT_EQ(t.acknowledge(first.at(0)), "non 2.05 obs: 30");
    EXPECT_EQ(t.said_within(10'000), "");
}

TEST_F(observers_test, ends_with_an_error_that_was_lost_though_the_resource_is_back) {
    t.say(observe());
    is_gone = true;
    t.server.changed<"temp">();
    EXPECT_EQ(t.said_within(0), "con 4.04");
    is_gone = false;
    const auto again = t.pass(3000);
    ASSERT_EQ(t.texts(again), "con 4.06");
    t.acknowledge(again[0]);
    EXPECT_EQ(observing.size(), 0U);
}

TEST_F(observers_test, knows_paths_of_one_two_and_no_segments) {
    t.say(observe("a/b"));
    t.say(observe("").token("01"));
    t.server.changed(std::array<std::string_view, 1>{"a"});
    t.server.changed(std::array<std::string_view, 3>{"a", "b", "c"});
    t.server.changed(std::array<std::string_view, 1>{"b"});
    EXPECT_EQ(t.said_within(0), "");
    t.server.changed<"a/b">();
    EXPECT_EQ(t.said_within(0), "non 2.05 obs: ab");
    t.server.changed<"">();
    EXPECT_EQ(t.said_within(0), "non 2.05 obs: root");
    const std::array<std::string_view, 2> segments{"a", "b"};
    t.server.changed(segments);
    EXPECT_EQ(t.said_within(3000), "non 2.05 obs: ab");
}

TEST_F(observers_test, finds_the_path_behind_host_and_port) {
    EXPECT_EQ(t.say(observe().with(3, "'h'").with(7, "16 33")), "ack 2.05 obs: 20");
    t.server.changed<"temp">();
    EXPECT_EQ(t.said_within(0), "non 2.05 obs: 20");
}

TEST_F(observers_test, pushes_the_first_block_with_its_etag_and_leaves_the_others_to_the_client) {
    EXPECT_EQ(t.say(observe("long").with(23, "00")), "ack 2.05 obs: 0123456789abcdef");
    t.server.changed<"long">();
    const auto s = t.pass(0).at(0);
    EXPECT_EQ(s.text(), "non 2.05 obs: 0123456789abcdef");
    EXPECT_TRUE(s.message.option(option::etag));
    EXPECT_EQ(s.message.option(option::block2)->uint(), 8U);
    EXPECT_EQ(t.say(ask{code::get, "long"}.with(6).with(23, "10").token("77")), "ack 2.05: 0123456789abcdef")
        << "no registration";
    EXPECT_EQ(observing.size(), 1U);
}

TEST_F(observers_test, keeps_no_request_that_is_too_long) {
    EXPECT_EQ(t.say(observe().with(66, "'0123456789012345678901234567890123456789'")), "ack 2.05: 20");
    EXPECT_EQ(observing.size(), 0U);
}

TEST_F(observers_test, asks_an_address_that_is_not_confirmed_to_confirm_it) {
    t.guard.is_confirmed = false;
    EXPECT_EQ(t.say(observe()), "ack 4.01");
    EXPECT_EQ(observing.size(), 0U);
    t.guard.is_confirmed = true;
    t.say(observe());
    t.guard.is_confirmed = false;
    EXPECT_EQ(t.say(cancel()), "ack 4.01");
    EXPECT_EQ(t.say(observe()), "ack 4.01") << "nor is an entry replaced";
    EXPECT_EQ(observing.size(), 1U);
    t.server.changed<"temp">();
    EXPECT_EQ(t.said_within(0), "non 2.05 obs: 20") << "an emission is served as confirmed";
}

TEST_F(observers_test, sends_nothing_where_the_site_says_nothing_and_tries_no_more) {
    t.say(observe());
    is_mute = true;
    t.server.changed<"temp">();
    EXPECT_EQ(t.said_within(10'000), "");
    is_mute = false;
    t.server.changed<"temp">();
    EXPECT_EQ(t.said_within(10'000), "non 2.05 obs: 20");
}

TEST_F(observers_test, notifies_once_a_blocked_socket_takes_messages_again) {
    t.say(observe());
    t.network.send_status = net::status::would_block;
    t.server.changed<"temp">(message::type::confirmable);
    for (int i = 0; i < 10; ++i) t.server.poll(t.now_ms += 100);
    t.network.send_status = net::status::done;
    EXPECT_EQ(t.said_within(5000).substr(0, 16), "con 2.05 obs: 20");
}

TEST_F(observers_test, is_idle_without_observers_and_sleeps_between_changes) {
    EXPECT_EQ(t.server.idle_ms(t.now_ms), forever_ms);
    t.say(observe());
    EXPECT_GT(t.server.idle_ms(t.now_ms), 80'000'000U);
    t.server.changed<"temp">();
    EXPECT_EQ(t.server.idle_ms(t.now_ms), 0U);
}

TEST_F(observers_test, survives_the_wrap_of_the_clock) {
    t.now_ms = 0xffff'f000;
    t.say(observe());
    t.server.changed<"temp">(message::type::confirmable);
    EXPECT_EQ(t.pass(100'000).size(), 5U);
    EXPECT_EQ(observing.size(), 0U);
}

// ---- Sites within sites

dynamic_routes<2> devices;
constexpr auto nested =
    routes(at<"plain">(text("plain")), at<"all">(forward([](const request&) { return content("all"); })),
           at<"any">(forward([](const request&) { return content("any"); })).observable(),
           below<"in">(routes(at<"plain">(text("plain")), at<"temp">(get(read_temperature)).observable())),
           below<"none">(routes(at<"plain">(text("plain")))), below<"devices">(routes(devices)));

TEST(observers, follow_the_places_of_a_site_within_a_site) {
    observers<2, 40> observing;
    test::timeline<decltype(nested), observers<2, 40>> t{nested, observing};
    (void)devices.add({"lamp"}, text("lamp"));
    for (const std::string_view path : {"plain", "all", "in/plain", "none/plain"}) {
        EXPECT_FALSE(t.say(observe(path)).contains("obs")) << path;
        EXPECT_EQ(observing.size(), 0U);
    }
    for (const std::string_view path : {"any", "in/temp", "devices/lamp"}) {
        EXPECT_TRUE(t.say(observe(path)).contains("obs")) << path;
        EXPECT_EQ(observing.size(), 1U);
    }
    t.server.changed<"in/temp">();
    (void)devices.remove({"lamp"});
}

constexpr auto plain_site = routes(at<"plain">(text("plain")));

TEST(observers, keep_nothing_where_no_place_can_be_observed) {
    observers<2, 40> observing;
    test::timeline<decltype(plain_site), observers<2, 40>> t{plain_site, observing};
    EXPECT_EQ(t.say(observe("plain")), "ack 2.05: plain");
    EXPECT_EQ(observing.size(), 0U);
}

TEST_F(observers_test, takes_no_reset_with_the_message_id_of_the_request) {
    const packet request = observe();
    EXPECT_EQ(t.say(request), "ack 2.05 obs: 20");
    packet reset = request;
    (void)t.say(packet{bytes{std::array<byte, 4>{0x70, 0, request[2], request[3]}}});
    EXPECT_EQ(observing.size(), 1U);
}

}  // namespace
}  // namespace mincoap
