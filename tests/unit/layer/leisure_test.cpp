// Leisure (RFC 7252 §8.2): when the server responds to a multicast request.
#include <mincoap/layer/leisure.hpp>

#include <cmath>
#include <set>

#include "../../support/exchange.hpp"
#include "../../support/guard.hpp"

namespace mincoap::test {
namespace {

constexpr std::uint32_t nothing_waits = 0x7fff'ffff;

packet some_response(std::size_t size = 16) { return filler(size); }

// The inner layers, which return `response`.
struct answering {
    const packet& response;
    bool& left_out;

    std::size_t operator()(exchange& x) const {
        std::ranges::copy(response.view(), x.header());
        return response.size();
    }
    void note(exchange&, outcome o) const {
        EXPECT_EQ(o, outcomes::unsaid);
        left_out = true;
    }
};

// The inner layers, which have no message to send.
struct quiet {
    std::size_t emit(exchange&) const { return 0; }
};

// A received message.
struct message_from {
    explicit message_from(const net::arrival& about, std::uint32_t now_ms = 0) : from{about}, x{buffer, from, now_ms} {}

    std::array<byte, 256> buffer{};
    origin from;
    exchange x;
};

// Returns true if the layer keeps the response to a multicast request.
template <typename Leisure>
bool keep(Leisure& l, const packet& response, std::uint32_t now_ms) {
    message_from group{multicast(), now_ms};
    bool left_out = false;
    EXPECT_EQ(l.receive(group.x, answering{response, left_out}), 0U);
    return !left_out;
}

template <typename Leisure>
std::uint32_t idle_ms(const Leisure& l, std::uint32_t now_ms) {
    return l.idle_ms(now_ms, next_archetype{});
}

// The message that the layer sends now, and its route.
struct emitted {
    packet sent;
    net::route route;
};
template <typename Leisure>
emitted emit(Leisure& l, std::uint32_t now_ms) {
    std::array<byte, 256> buffer{};
    origin from{};
    exchange x{buffer, from, now_ms};
    const std::size_t size = l.emit(x, quiet{});
    return {packet{bytes{buffer}.first(size)}, from.route};
}

// Returns how long a response waits if the layer keeps it now.
template <typename Leisure>
std::uint32_t delay_of_next(Leisure& l, std::uint32_t now_ms) {
    EXPECT_TRUE(keep(l, some_response(), now_ms));
    return idle_ms(l, now_ms);
}

// Takes the waiting response as soon as it is due. Returns that time.
template <typename Leisure>
std::uint32_t take_when_due(Leisure& l, std::uint32_t now_ms) {
    const std::uint32_t due_ms = now_ms + idle_ms(l, now_ms);
    EXPECT_EQ(emit(l, due_ms).sent, some_response());
    return due_ms;
}

// ---- the layer alone

TEST(leisure, keeps_a_response_and_its_way) {
    leisure<64> l{1};
    EXPECT_EQ(idle_ms(l, 0), nothing_waits);
    EXPECT_EQ(idle_ms(l, 77), nothing_waits);
    const packet response = "50 45 00 01 c0 ff 'A'";
    ASSERT_TRUE(keep(l, response, 1000));
    EXPECT_NE(idle_ms(l, 0), nothing_waits);

    const std::uint32_t due = 1000 + idle_ms(l, 1000);
    const emitted early = emit(l, due - 1);
    EXPECT_EQ(early.sent, packet{});
    EXPECT_EQ(early.route.remote, net::endpoint{}) << "the route is unchanged until the response is due";
    const emitted then = emit(l, due);
    EXPECT_EQ(then.sent, response);
    EXPECT_EQ(then.route.remote, client);
    EXPECT_EQ(idle_ms(l, 0), nothing_waits);
    EXPECT_EQ(idle_ms(l, due), nothing_waits);
    EXPECT_EQ(emit(l, due).sent, packet{}) << "once";
}

TEST(leisure, keeps_one_response_of_its_capacity_at_most) {
    leisure<64> l{1};
    EXPECT_FALSE(keep(l, some_response(65), 0));
    EXPECT_EQ(idle_ms(l, 0), nothing_waits);
    EXPECT_TRUE(keep(l, some_response(64), 0));
    EXPECT_FALSE(keep(l, some_response(16), 0));
}

TEST(leisure, has_the_layers_inside_answer_by_what_it_can_keep) {
    leisure<64> l{1};
    message_from group{multicast()};
    bool left_out = false;
    l.receive(group.x, answering{some_response(), left_out});
    EXPECT_EQ(group.x.room_end - group.x.header(), 64);
}

TEST(leisure, lets_pass_what_is_to_nobody_but_this_server) {
    leisure<64> l{1};
    message_from client_of_ours{unicast()};
    bool left_out = false;
    const packet response = some_response(200);
    EXPECT_EQ(l.receive(client_of_ours.x, answering{response, left_out}), 200U);
    EXPECT_EQ(packet{bytes{client_of_ours.buffer}.first(200)}, response);
    EXPECT_FALSE(left_out);
    EXPECT_EQ(client_of_ours.x.room_end - client_of_ours.x.header(), 256);
    EXPECT_EQ(idle_ms(l, 0), nothing_waits);
}

TEST(leisure, can_be_made_as_the_program_is_compiled) {
    static constinit leisure<16> l{1, 100};
    EXPECT_LE(delay_of_next(l, 0), 100U);
}

// Each delay within the period occurs, about equally often. No delay exceeds the period.
TEST(leisure, spreads_responses_evenly_over_the_period) {
    constexpr std::uint32_t period_ms = 99, rounds = 100'000;
    leisure<16> l{12345, period_ms};
    std::array<std::uint32_t, period_ms + 1> counts{};
    std::uint32_t now = 0;
    for (std::uint32_t i = 0; i < rounds; ++i, now += 1000) {
        const std::uint32_t delay = delay_of_next(l, now);
        ASSERT_LE(delay, period_ms);
        ++counts[delay];
        take_when_due(l, now);
    }
    for (std::uint32_t count : counts) EXPECT_NEAR(count, 1000, 200);
}

// Devices with consecutive serial numbers do not respond at the same time.
TEST(leisure, begins_at_another_time_with_another_seed) {
    std::array<unsigned, 10> tenths{};
    std::set<std::uint32_t> delays;
    for (std::uint32_t seed = 0; seed < 1000; ++seed) {
        leisure<16> l{seed, 9999};
        const std::uint32_t delay = delay_of_next(l, 0);
        ASSERT_LE(delay, 9999U);
        delays.insert(delay);
        ++tenths[delay / 1000];
    }
    EXPECT_GT(delays.size(), 900U);
    for (unsigned count : tenths) EXPECT_NEAR(count, 100, 50);
}

TEST(leisure, never_gets_stuck_whatever_the_seed) {
    for (const std::uint32_t seed : {0U, 1U, 0x8000'0000U, 0xffff'ffffU}) {
        leisure<16> l{seed, 0xffff};
        std::set<std::uint32_t> delays;
        for (std::uint32_t now = 0; now < 100 * 200'000; now += 200'000) {
            delays.insert(delay_of_next(l, now));
            take_when_due(l, now);
        }
        EXPECT_GT(delays.size(), 90U) << seed;
        EXPECT_GT(*delays.rbegin(), 0xe000U) << seed;
    }
}

TEST(leisure, of_no_time_is_due_at_once) {
    leisure<16> l{1, 0};
    EXPECT_EQ(delay_of_next(l, 5), 0U);
    EXPECT_EQ(take_when_due(l, 5), 5U);
}

// RFC 7252 §8.2: a new period does not start before the previous one ends.
TEST(leisure, begins_a_period_behind_the_one_before) {
    constexpr std::uint32_t period_ms = 1000;
    leisure<16> l{7, period_ms};
    std::uint32_t now = 0xffff'f000, begin = now;
    for (int i = 0; i < 1000; ++i) {
        const std::uint32_t due = now + delay_of_next(l, now);
        ASSERT_LE(due - begin, period_ms) << "within the next period";
        ASSERT_LE(due - now, 2 * period_ms);
        take_when_due(l, now);
        now = due;  // the next request arrives immediately afterwards
        begin += period_ms;
    }
    EXPECT_LE(delay_of_next(l, now + 2 * period_ms), period_ms) << "after a pause, no period is left over";
}

TEST(leisure, outlasts_the_clock_that_wraps_around) {
    for (std::uint32_t start = 0xffff'fff0; start != 0x10; ++start) {
        leisure<16> l{3, 50};
        const std::uint32_t delay = delay_of_next(l, start);
        for (std::uint32_t passed = 0; passed < 200; ++passed)
            ASSERT_EQ(idle_ms(l, start + passed), passed < delay ? delay - passed : 0);
    }
}

TEST(leisure, is_due_after_any_pause_that_the_clock_can_tell) {
    leisure<16> l{3, 1000};
    const std::uint32_t delay = delay_of_next(l, 0);
    for (const std::uint32_t now : {delay, delay + 1, 0x7fff'ffffU, 0x8000'0000U, 0xffff'ffffU})
        EXPECT_EQ(idle_ms(l, now), 0U) << now;
}

// ---- in the server

int switched = 0;
reply switch_on() { return ++switched, code::changed; }

constexpr std::string_view large = "A text that is longer than what there is room for in the layer that keeps it here.";

constexpr auto site =
    routes(at<"a">(for_groups(text("A"))), at<"b">(for_groups(text("B"))), at<"large">(for_groups(text(large))),
           at<"blocks">(for_groups(document(large))), at<"switch">(for_groups(post(switch_on))));

class leisure_test : public testing::Test {
protected:
    net::loopback<256, 4> socket;
    counters counted;
    server<net::loopback<256, 4>, decltype(site), server_memory<>, unguarded, leisure<48>, counters&> device{
        socket, site, unguarded{}, leisure<48>{1, 1000}, counted};
    std::uint32_t now = 5000;

    poll_result poll() { return device.poll(now); }
    poll_result after(const packet& datagram, const net::arrival& about = multicast()) {
        EXPECT_TRUE(socket.deliver(datagram.view(), about));
        return poll();
    }
    void pass_leisure() { now += device.idle_ms(now); }

    packet sent() {
        const auto* const datagram = socket.take();
        if (datagram == nullptr) return {};
        EXPECT_EQ(datagram->arrival.route.remote, client);
        return packet{datagram->content()};
    }
};

TEST_F(leisure_test, answers_a_group_when_it_is_due) {
    EXPECT_EQ(device.idle_ms(now), nothing_waits);
    EXPECT_EQ(after("51 01 00 01 77 b1 'a'"), poll_result::ignored);
    EXPECT_EQ(counted[outcomes::served], 1U);
    const std::uint32_t idle_ms = device.idle_ms(now);
    ASSERT_GT(idle_ms, 0U);
    ASSERT_LE(idle_ms, 1000U);

    now += idle_ms - 1;
    EXPECT_EQ(poll(), poll_result::idle);
    EXPECT_EQ(sent(), packet{});
    now += 1;
    EXPECT_EQ(poll(), poll_result::served);
    EXPECT_EQ(sent(), packet{"51 45 00 00 77 c0 ff 'A'"});
    EXPECT_EQ(poll(), poll_result::idle);
    EXPECT_EQ(device.idle_ms(now), nothing_waits);
    EXPECT_EQ(counted[outcomes::served], 1U) << "counted once";
}

TEST_F(leisure_test, answers_everybody_else_meanwhile) {
    EXPECT_EQ(after("50 01 00 01 b1 'a'"), poll_result::ignored);
    EXPECT_EQ(after("40 01 00 02 b1 'b'", unicast()), poll_result::served);
    EXPECT_EQ(sent(), packet{"60 45 00 02 c0 ff 'B'"});
    EXPECT_EQ(after("50 01 00 03 b1 'b'", unicast()), poll_result::served);
    EXPECT_EQ(sent(), packet{"50 45 00 01 c0 ff 'B'"});
    pass_leisure();
    EXPECT_EQ(poll(), poll_result::served);
    EXPECT_EQ(sent(), packet{"50 45 00 00 c0 ff 'A'"});
}

TEST_F(leisure_test, sends_what_is_due_before_it_receives) {
    EXPECT_EQ(after("50 01 00 01 b1 'a'"), poll_result::ignored);
    pass_leisure();
    EXPECT_EQ(after("40 01 00 02 b1 'b'", unicast()), poll_result::served);
    EXPECT_EQ(sent(), packet{"50 45 00 00 c0 ff 'A'"});
    EXPECT_EQ(sent(), packet{});
    EXPECT_EQ(poll(), poll_result::served);
    EXPECT_EQ(sent(), packet{"60 45 00 02 c0 ff 'B'"});
}

TEST_F(leisure_test, sends_it_once_the_socket_takes_it) {
    EXPECT_EQ(after("50 01 00 01 b1 'a'"), poll_result::ignored);
    EXPECT_FALSE(device.is_blocked()) << "the socket need not be writable before the response is due";
    pass_leisure();
    socket.send_status = net::status::would_block;
    EXPECT_EQ(poll(), poll_result::blocked);
    EXPECT_TRUE(device.is_blocked());
    EXPECT_EQ(poll(), poll_result::blocked);
    socket.send_status = net::status::done;
    EXPECT_EQ(poll(), poll_result::served);
    EXPECT_EQ(sent(), packet{"50 45 00 00 c0 ff 'A'"});
    EXPECT_FALSE(device.is_blocked());
    EXPECT_EQ(poll(), poll_result::idle);
}

TEST_F(leisure_test, does_not_send_over_a_reply_that_waits_for_the_socket) {
    EXPECT_EQ(after("50 01 00 01 b1 'a'"), poll_result::ignored);
    now += device.idle_ms(now) - 10;
    socket.send_status = net::status::would_block;
    EXPECT_EQ(after("40 01 00 02 b1 'b'", unicast()), poll_result::blocked);
    now += 20;
    EXPECT_EQ(poll(), poll_result::blocked);
    socket.send_status = net::status::done;
    EXPECT_EQ(poll(), poll_result::served);
    EXPECT_EQ(sent(), packet{"60 45 00 02 c0 ff 'B'"});
    EXPECT_EQ(poll(), poll_result::served);
    EXPECT_EQ(sent(), packet{"50 45 00 00 c0 ff 'A'"});
}

// Otherwise the program would call `poll` again and again in vain.
TEST_F(leisure_test, that_is_over_does_not_keep_a_blocked_server_awake) {
    EXPECT_EQ(after("50 01 00 01 b1 'a'"), poll_result::ignored);
    now += device.idle_ms(now) - 10;
    socket.send_status = net::status::would_block;
    EXPECT_EQ(after("40 01 00 02 b1 'b'", unicast()), poll_result::blocked);
    now += 20;
    EXPECT_EQ(device.idle_ms(now), net::send_patience_ms - 20);
}

// Both responses together wait for the socket for a single timeout.
TEST_F(leisure_test, is_lost_at_once_behind_an_answer_that_the_socket_did_not_take_in_time) {
    EXPECT_EQ(after("50 01 00 01 b1 'a'"), poll_result::ignored);
    now += device.idle_ms(now) - 10;
    socket.send_status = net::status::would_block;
    EXPECT_EQ(after("40 01 00 02 b1 'b'", unicast()), poll_result::blocked);
    now += net::send_patience_ms;
    EXPECT_EQ(poll(), poll_result::unsent);
    EXPECT_EQ(poll(), poll_result::unsent);
    EXPECT_EQ(poll(), poll_result::idle);
    EXPECT_EQ(sent(), packet{});
}

TEST_F(leisure_test, loses_it_if_sending_fails) {
    EXPECT_EQ(after("50 01 00 01 b1 'a'"), poll_result::ignored);
    pass_leisure();
    socket.send_status = net::status::failed;
    EXPECT_EQ(poll(), poll_result::error);
    socket.send_status = net::status::done;
    EXPECT_EQ(poll(), poll_result::idle);
    EXPECT_EQ(sent(), packet{});
}

// RFC 7252 §8.2: a server may omit a response at any time. It still carries out the request.
TEST_F(leisure_test, leaves_a_second_response_out) {
    switched = 0;
    EXPECT_EQ(after("50 01 00 01 b1 'a'"), poll_result::ignored);
    EXPECT_EQ(after("50 02 00 02 b6 'switch'"), poll_result::ignored);
    EXPECT_EQ(switched, 1);
    EXPECT_EQ(counted[outcomes::unsaid], 1U);
    EXPECT_EQ(counted[outcomes::served], 1U);
    pass_leisure();
    EXPECT_EQ(poll(), poll_result::served);
    EXPECT_EQ(sent(), packet{"50 45 00 00 c0 ff 'A'"}) << "the first one";
    EXPECT_EQ(after("50 01 00 03 b1 'b'"), poll_result::ignored) << "now there is room";
    pass_leisure();
    EXPECT_EQ(poll(), poll_result::served);
    EXPECT_EQ(sent(), packet{"50 45 00 01 c0 ff 'B'"}) << "the one that was left out has no Message ID";
}

TEST_F(leisure_test, leaves_out_what_is_too_large) {
    EXPECT_EQ(after("50 01 00 01 b5 'large'"), poll_result::ignored);
    EXPECT_EQ(counted[outcomes::reply_too_large], 1U);
    EXPECT_EQ(device.idle_ms(now), nothing_waits);
    EXPECT_EQ(after("50 01 00 02 b5 'large'", unicast()), poll_result::served) << "a unicast response is sent";
    EXPECT_GT(sent().size(), large.size());
}

TEST_F(leisure_test, answers_in_blocks_for_which_there_is_room) {
    EXPECT_EQ(after("50 01 00 01 b6 'blocks'"), poll_result::ignored);
    pass_leisure();
    EXPECT_EQ(poll(), poll_result::served);
    const packet response = sent();
    EXPECT_LE(response.size(), 48U);
    const auto message = message::view::parse(response.view());
    ASSERT_TRUE(message);
    EXPECT_EQ(as_text(message->payload()), large.substr(0, 32));
}

TEST_F(leisure_test, is_silent_where_nothing_is_to_be_said) {
    EXPECT_EQ(after("50 01 00 01 b1 'x'"), poll_result::ignored) << "4.04";
    EXPECT_EQ(after("40 01 00 02 b1 'a'"), poll_result::ignored) << "Confirmable";
    EXPECT_EQ(after("40 00 00 03"), poll_result::ignored) << "a ping";
    EXPECT_EQ(after("50 01 00 04 b1 'a' f0"), poll_result::ignored) << "malformed";
    EXPECT_EQ(device.idle_ms(now), nothing_waits);
    now += 100'000;
    EXPECT_EQ(poll(), poll_result::idle);
    EXPECT_EQ(sent(), packet{});
}

TEST_F(leisure_test, counts_an_error_as_unsaid_while_a_response_waits) {
    EXPECT_EQ(after("50 01 00 01 b1 'a'"), poll_result::ignored);
    EXPECT_EQ(after("50 01 00 02 90"), poll_result::ignored);
    EXPECT_EQ(counted[outcomes::unsaid], 1U);
}

// RFC 7252 §8.2, RFC 9175 §2.4: the limit of the guard applies, too.
TEST(leisure_and_guard, keep_the_smaller_limit) {
    net::loopback<> socket;
    counters counted;
    mincoap::server device{socket, site, echo_guard{guard_key}, leisure<256>{1, 100}, counted};
    ASSERT_TRUE(socket.deliver(packet{"50 01 00 01 b5 'large'"}.view(), multicast()));
    EXPECT_EQ(device.poll(0), poll_result::ignored);
    EXPECT_EQ(counted[outcomes::reply_too_large], 1U);
    EXPECT_EQ(device.idle_ms(0), nothing_waits);
    ASSERT_TRUE(socket.deliver(packet{"50 01 00 02 b1 'a'"}.view(), multicast()));
    EXPECT_EQ(device.poll(0), poll_result::ignored);
    EXPECT_LE(device.idle_ms(0), 100U) << "it is kept";
}

// Leisure never sends more than one response at a time.
TEST(leisure_inside_flood_limit, takes_no_token) {
    net::loopback<> socket;
    counters counted;
    mincoap::server device{socket, site, unguarded{}, flood_limit<1, 2>{}, leisure<256>{1, 100}, counted};
    const auto poll_after = [&](const packet& datagram, const net::arrival& about) {
        EXPECT_TRUE(socket.deliver(datagram.view(), about));
        return device.poll(0);
    };
    EXPECT_EQ(poll_after("50 01 00 01 b1 'a'", multicast()), poll_result::ignored) << "kept";
    EXPECT_EQ(poll_after("50 01 00 02 b1 'a'", multicast()), poll_result::ignored) << "left out";
    EXPECT_EQ(poll_after("50 01 00 03 b1 'a'", unicast()), poll_result::served);
    EXPECT_EQ(poll_after("50 01 00 04 b1 'a'", unicast()), poll_result::served);
    EXPECT_EQ(counted[outcomes::limited], 0U);
    EXPECT_EQ(poll_after("50 01 00 05 b1 'a'", unicast()), poll_result::ignored);
    EXPECT_EQ(counted[outcomes::limited], 1U);
}

TEST(leisure_outside_flood_limit, takes_a_token_for_a_response_that_is_kept) {
    net::loopback<> socket;
    counters counted;
    mincoap::server device{socket, site, unguarded{}, leisure<256>{1, 100}, flood_limit<1, 2>{}, counted};
    const auto poll_after = [&](const packet& datagram, const net::arrival& about) {
        EXPECT_TRUE(socket.deliver(datagram.view(), about));
        return device.poll(0);
    };
    EXPECT_EQ(poll_after("50 01 00 01 b1 'a'", multicast()), poll_result::ignored) << "kept";
    EXPECT_EQ(poll_after("50 01 00 02 b1 'a'", multicast()), poll_result::ignored) << "left out";
    EXPECT_EQ(counted[outcomes::unsaid], 1U);
    EXPECT_EQ(poll_after("50 01 00 03 b1 'a'", unicast()), poll_result::served) << "which takes no token";
    EXPECT_EQ(counted[outcomes::limited], 0U);
    EXPECT_EQ(poll_after("50 01 00 04 b1 'a'", unicast()), poll_result::ignored);
    EXPECT_EQ(counted[outcomes::limited], 1U);
}

// A custom layer that drops each response to a multicast request.
struct refusing {
    static std::size_t receive(exchange& x, auto next) {
        const std::size_t size = next(x);
        return x.from.multicast ? 0 : size;
    }
};

TEST(layer_that_defers, may_keep_no_response) {
    net::loopback<> socket;
    mincoap::server device{socket, site, unguarded{}, refusing{}};
    ASSERT_TRUE(socket.deliver(packet{"50 01 00 01 b1 'a'"}.view(), multicast()));
    EXPECT_EQ(device.poll(0), poll_result::ignored);
    EXPECT_FALSE(device.is_blocked());
    EXPECT_EQ(socket.take(), nullptr);
}

TEST(server_without_leisure, may_wait_for_long) {
    net::loopback<> socket;
    mincoap::server device{socket, site, unguarded{}};
    EXPECT_EQ(device.idle_ms(1), nothing_waits);
    ASSERT_TRUE(socket.deliver(packet{"50 01 00 01 b1 'a'"}.view(), multicast()));
    EXPECT_EQ(device.poll(0), poll_result::served) << "and answers a group at once";
}

}  // namespace
}  // namespace mincoap::test
