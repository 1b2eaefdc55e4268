// Separate responses (RFC 7252 §5.2.2, §5.2.3).
#include <mincoap/layer/separate.hpp>

#include <gtest/gtest.h>

#include "../../support/timeline.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::client;
using test::packet;

constexpr net::endpoint other = net::ipv4(192, 0, 2, 9, 40001);

std::vector<ticket> started;
constexpr auto site = routes(at<"slow">(get([] { return later([](ticket t) { started.push_back(t); }); })),
                             at<"fast">(get([] { return content("fast"); })));

ask slow() { return ask{code::get, "slow"}.token("aa bb").id(0x1234); }

class separate_test : public ::testing::Test {
protected:
    separate_test() { started.clear(); }
    separate<2, 30'000> kept;
    test::timeline<decltype(site), separate<2, 30'000>> t{site, kept};
};

TEST_F(separate_test, acknowledges_at_once_and_responds_when_it_is_completed) {
    EXPECT_EQ(t.say(slow()), "ack");
    ASSERT_EQ(started.size(), 1U);
    EXPECT_EQ(t.said_within(1000), "");
    EXPECT_TRUE(t.server.complete(started[0], content("done")));
    const auto response = t.pass(10);
    ASSERT_EQ(t.texts(response), "con 2.05: done");
    EXPECT_EQ(response[0].token(), packet{"aa bb"});
    EXPECT_NE(response[0].id(), 0x1234);
    EXPECT_EQ(response[0].to, client);
    EXPECT_EQ(t.acknowledge(response[0]), "");
    EXPECT_EQ(kept.size(), 0U);
    EXPECT_EQ(t.said_within(100'000), "");
}

TEST_F(separate_test, acknowledges_a_copy_again_and_starts_nothing_twice) {
    t.say(slow());
    EXPECT_EQ(t.say(slow()), "ack");
    t.server.complete(started.at(0), content("done"));
    const auto response = t.pass(0);
    EXPECT_EQ(t.say(slow()), "ack") << "late";
    EXPECT_EQ(started.size(), 1U);
    t.acknowledge(response.at(0));
}

TEST_F(separate_test, answers_a_non_confirmable_request_once_with_a_message_id_of_its_own) {
    EXPECT_EQ(t.say(slow().non()), "");
    t.server.complete(started.at(0), content("done"));
    const auto response = t.pass(100'000);
    ASSERT_EQ(t.texts(response), "non 2.05: done");
    EXPECT_NE(response[0].id(), 0x1234);
    EXPECT_EQ(kept.size(), 0U);
}

TEST_F(separate_test, sends_the_response_again_until_it_gives_up) {
    t.say(slow());
    t.server.complete(started.at(0), content("done"));
    const auto all = t.pass(100'000);
    ASSERT_EQ(all.size(), 5U);
    for (const auto& s : all) EXPECT_EQ(s.message.datagram().size(), all[0].message.datagram().size());
    EXPECT_EQ(kept.size(), 0U);
}

TEST(separate, takes_the_transmission_parameters_of_another_network) {
    started.clear();
    constexpr transmission slow_network{.ack_timeout_ms = 15'000, .ack_random_ms = 0, .max_retransmit = 2};
    separate<1, 30'000, slow_network> kept;
    test::timeline<decltype(site), decltype(kept)> t{site, kept};
    t.say(slow());
    t.server.complete(started.at(0), content("done"));
    const auto all = t.pass(200'000);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[1].at_ms - all[0].at_ms, 15'000U);
    EXPECT_EQ(all[2].at_ms - all[1].at_ms, 30'000U);
    EXPECT_EQ(kept.size(), 0U);
}

TEST(transmission, derives_the_times_of_the_rfc) {
    constexpr transmission usual;
    EXPECT_EQ(usual.max_transmit_span_ms(), 45'000U);
    EXPECT_EQ(usual.exchange_lifetime_ms(), 247'000U);
    EXPECT_EQ(usual.non_lifetime_ms(), 145'000U);
    EXPECT_EQ(usual.wait_ms(1, 0), 2000U);
    EXPECT_EQ(usual.wait_ms(5, 255) / 16, 2996U) << "up to 3 s at first, and sixteen times that at last";
}

TEST_F(separate_test, responds_from_the_address_that_was_asked) {
    net::arrival about = test::unicast();
    about.route.local = net::ipv4(192, 0, 2, 77, 5683);
    t.network.deliver(packet{slow()}, about);
    t.pass(0);
    t.server.complete(started.at(0), content("done"));
    t.server.poll(t.now_ms);
    const auto* const response = t.network.take();
    ASSERT_NE(response, nullptr);
    EXPECT_EQ(response->arrival.route.local, about.route.local);
    EXPECT_EQ(response->arrival.route.remote, about.route.remote);
}

TEST_F(separate_test, stops_at_a_reset_from_the_same_endpoint_alone) {
    t.say(slow());
    t.server.complete(started.at(0), content("done"));
    auto response = t.pass(0).at(0);
    response.to = other;
    t.reset(response);
    EXPECT_EQ(kept.size(), 1U);
    response.to = client;
    t.reset(response);
    EXPECT_EQ(kept.size(), 0U);
}

TEST_F(separate_test, starts_nothing_without_room_and_says_when_to_come_back) {
    t.say(slow());
    t.say(slow().id(2));
    EXPECT_EQ(t.say(slow().id(3)), "ack 5.03");
    EXPECT_EQ(started.size(), 2U);
}

TEST_F(separate_test, starts_nothing_for_an_address_that_is_not_confirmed) {
    t.guard.is_confirmed = false;
    EXPECT_EQ(t.say(slow()), "ack 4.01");
    EXPECT_TRUE(started.empty());
}

TEST_F(separate_test, starts_nothing_for_a_group) {
    net::arrival about = test::multicast();
    t.network.deliver(packet{slow().non()}, about);
    EXPECT_EQ(t.said_within(0), "");
    EXPECT_TRUE(started.empty());
}

TEST_F(separate_test, gives_up_a_ticket_that_nobody_completes_and_tells_the_client) {
    t.say(slow());
    EXPECT_EQ(t.said_within(29'999), "");
    const auto response = t.pass(1);
    ASSERT_EQ(t.texts(response), "con 5.04");
    EXPECT_FALSE(t.server.complete(started.at(0), content("late")));
    t.acknowledge(response[0]);
    EXPECT_EQ(kept.size(), 0U);
}

TEST_F(separate_test, has_one_response_on_its_way_to_a_client_whose_tickets_ran_out) {
    t.say(slow());
    t.say(slow().id(2).token("02"));
    const auto first = t.pass(31'000);
    ASSERT_EQ(t.texts(first), "con 5.04") << "NSTART = 1 (RFC 7252 section 4.7)";
    EXPECT_EQ(t.acknowledge(first[0]), "con 5.04");
}

TEST_F(separate_test, refuses_a_ticket_whose_place_has_been_taken_again) {
    t.say(slow());
    const ticket old = started.at(0);
    t.server.complete(old, content("one"));
    t.acknowledge(t.pass(0).at(0));
    t.say(slow().id(2));
    EXPECT_FALSE(t.server.complete(old, content("stale")));
    EXPECT_TRUE(t.server.complete(started.at(1), content("two")));
    EXPECT_FALSE(t.server.complete(started.at(1), content("twice")));
    EXPECT_EQ(t.said_within(0), "con 2.05: two");
}

TEST_F(separate_test, has_one_response_on_its_way_to_a_client) {
    t.say(slow());
    t.say(slow().id(2).token("02"));
    t.server.complete(started.at(0), content("one"));
    t.server.complete(started.at(1), content("two"));
    const auto first = t.pass(1000);
    ASSERT_EQ(t.texts(first), "con 2.05: one");
    EXPECT_EQ(t.acknowledge(first[0]), "con 2.05: two");
}

TEST_F(separate_test, heeds_no_response) {
    EXPECT_EQ(t.say(slow().with(258, "02")), "ack");
    EXPECT_TRUE(t.server.complete(started.at(0), content("unwanted")));
    EXPECT_EQ(t.said_within(100'000), "");
    EXPECT_EQ(kept.size(), 0U);
    EXPECT_EQ(t.say(slow().with(258, "02")), "ack");
    t.server.complete(started.at(1), code::bad_request);
    EXPECT_EQ(t.said_within(0), "con 4.00");
}

TEST_F(separate_test, sends_no_reply_without_a_response) {
    EXPECT_EQ(t.say(slow()), "ack");
    EXPECT_TRUE(t.server.complete(started.at(0), reply::nothing()));
    EXPECT_EQ(t.say(slow().non().id(1).token("cc").with(258, "02")), "");
    EXPECT_TRUE(t.server.complete(started.at(1), reply::nothing()));
    EXPECT_EQ(t.said_within(100'000), "");
    EXPECT_EQ(kept.size(), 0U);
}

TEST_F(separate_test, reads_no_response_of_each_request_anew) {
    EXPECT_EQ(t.say(slow().with(258, "02")), "ack");
    EXPECT_EQ(t.say(slow().id(2).token("02")), "ack");
    t.server.complete(started.at(1), content("wanted"));
    EXPECT_EQ(t.said_within(0), "con 2.05: wanted");
}

TEST_F(separate_test, serves_others_meanwhile) {
    t.say(slow());
    EXPECT_EQ(t.say(ask{code::get, "fast"}.id(2)), "ack 2.05: fast");
    EXPECT_EQ(t.say(ask{code::get, "fast"}.id(0x1234), other), "ack 2.05: fast")
        << "the same Message ID from elsewhere";
}

TEST_F(separate_test, is_idle_until_a_ticket_runs_out) {
    EXPECT_EQ(t.server.idle_ms(t.now_ms), forever_ms);
    t.say(slow());
    EXPECT_EQ(t.server.idle_ms(t.now_ms), 30'000U);
    t.server.complete(started.at(0), content("done"));
    EXPECT_EQ(t.server.idle_ms(t.now_ms), 0U);
}

TEST(separate, is_what_later_needs) {
    static constexpr auto alone = routes(at<"slow">(get([] { return later([](ticket) { FAIL(); }); })));
    test::timeline t{alone};
    EXPECT_EQ(t.say(slow()), "ack 5.03");
}

}  // namespace
}  // namespace mincoap
