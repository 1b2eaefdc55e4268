// One step of a server, over the loopback socket.
#include <gtest/gtest.h>

#include "../../support/exchange.hpp"

namespace mincoap {
namespace {

using test::packet;
using test::unicast;

constexpr auto site = routes(at<"a">(for_groups(text("A"))), at<"b">(text("B")));

class poll_test : public testing::Test {
protected:
    void deliver(const packet& datagram, const net::arrival& about = unicast()) {
        ASSERT_TRUE(socket.deliver(datagram.view(), about));
    }
    poll_result poll() { return device.poll(0); }

    // Returns the datagram that was sent, and checks its addresses.
    packet sent() {
        const auto* const datagram = socket.take();
        if (datagram == nullptr) return {};
        EXPECT_EQ(datagram->arrival.route.remote, test::client);
        EXPECT_EQ(datagram->arrival.route.local, test::device);
        return packet{datagram->content()};
    }

    net::loopback<64, 4> socket;
    counters counted;

private:
    server_memory<64> memory_;

protected:
    server<net::loopback<64, 4>, decltype(site), server_memory<64>&, unguarded, counters&> device{socket, site, memory_,
                                                                                                  unguarded{}, counted};
};

TEST_F(poll_test, is_idle_when_nothing_came) {
    EXPECT_EQ(poll(), poll_result::idle);
    EXPECT_EQ(sent(), packet{});
}

TEST_F(poll_test, serves_one_datagram) {
    deliver("40 01 00 01 b1 'a'");
    deliver("40 01 00 02 b1 'b'");
    EXPECT_EQ(poll(), poll_result::served);
    EXPECT_EQ(sent(), packet{"60 45 00 01 c0 ff 'A'"});
    EXPECT_EQ(sent(), packet{}) << "one at a time";
    EXPECT_EQ(poll(), poll_result::served);
    EXPECT_EQ(sent(), packet{"60 45 00 02 c0 ff 'B'"});
    EXPECT_EQ(poll(), poll_result::idle);
    EXPECT_EQ(counted[outcomes::served], 2U);
}

TEST_F(poll_test, says_what_it_ignored) {
    deliver("60 00 00 01");
    deliver("");
    EXPECT_EQ(poll(), poll_result::ignored);
    EXPECT_EQ(poll(), poll_result::ignored);
    EXPECT_EQ(poll(), poll_result::idle);
    EXPECT_EQ(sent(), packet{});
}

TEST_F(poll_test, resets_and_errors_are_answers) {
    deliver("40 00 00 01");
    deliver("40 01 00 02");
    EXPECT_EQ(poll(), poll_result::served);
    EXPECT_EQ(sent(), packet{"70 00 00 01"});
    EXPECT_EQ(poll(), poll_result::served);
    EXPECT_EQ(sent(), packet{"60 84 00 02"});
}

TEST_F(poll_test, rejects_what_is_larger_than_its_buffer) {
    server_memory<16> small;
    server s{socket, site, small, unguarded{}, counted};
    deliver(packet{"40 01 00 01 b1 'a' ff"} + test::filler(10));
    deliver(packet{"50 01 00 02 b1 'a' ff"} + test::filler(10));
    EXPECT_EQ(s.poll(0), poll_result::served);
    EXPECT_EQ(sent(), packet{"60 8d 00 01"});
    EXPECT_EQ(s.poll(0), poll_result::served);
    EXPECT_EQ(sent(), packet{"50 8d 00 00"});
    EXPECT_EQ(counted[outcomes::truncated], 2U);
}

// No answer is lost silently. If the socket does not take an answer, the next poll sends it before it receives again.
TEST_F(poll_test, sends_a_blocked_answer_first) {
    deliver("41 01 00 01 77 b1 'a'");
    socket.send_status = net::status::would_block;
    EXPECT_EQ(poll(), poll_result::blocked);
    EXPECT_TRUE(device.is_blocked());

    deliver("40 01 00 02 b1 'b'");
    EXPECT_EQ(poll(), poll_result::blocked);
    EXPECT_EQ(poll(), poll_result::blocked);
    EXPECT_EQ(counted[outcomes::served], 1U) << "the second one waits in the socket";

    socket.send_status = net::status::done;
    EXPECT_EQ(poll(), poll_result::served);
    EXPECT_FALSE(device.is_blocked());
    EXPECT_EQ(sent(), packet{"61 45 00 01 77 c0 ff 'A'"});
    EXPECT_EQ(sent(), packet{});
    EXPECT_EQ(poll(), poll_result::served);
    EXPECT_EQ(sent(), packet{"60 45 00 02 c0 ff 'B'"});
    EXPECT_EQ(poll(), poll_result::idle);
}

TEST_F(poll_test, is_not_blocked_by_silence) {
    socket.send_status = net::status::would_block;
    deliver("60 00 00 01");
    EXPECT_EQ(poll(), poll_result::ignored);
    EXPECT_EQ(poll(), poll_result::idle);
}

TEST_F(poll_test, says_that_receiving_failed) {
    socket.receive_status = net::status::failed;
    EXPECT_EQ(poll(), poll_result::error);
    EXPECT_EQ(poll(), poll_result::error);
    socket.receive_status = net::status::would_block;
    EXPECT_EQ(poll(), poll_result::idle) << "and goes on when it does not";
}

TEST_F(poll_test, says_that_sending_failed_and_goes_on) {
    deliver("40 01 00 01 b1 'a'");
    deliver("40 01 00 02 b1 'b'");
    socket.send_status = net::status::failed;
    EXPECT_EQ(poll(), poll_result::error);
    EXPECT_FALSE(device.is_blocked()) << "that answer is lost";
    socket.send_status = net::status::done;
    EXPECT_EQ(poll(), poll_result::served);
    EXPECT_EQ(sent(), packet{"60 45 00 02 c0 ff 'B'"});
}

TEST_F(poll_test, gives_up_a_blocked_answer_that_then_fails) {
    deliver("40 01 00 01 b1 'a'");
    socket.send_status = net::status::would_block;
    EXPECT_EQ(poll(), poll_result::blocked);
    socket.send_status = net::status::failed;
    EXPECT_EQ(poll(), poll_result::error);
    socket.send_status = net::status::done;
    EXPECT_EQ(poll(), poll_result::idle);
    EXPECT_EQ(sent(), packet{});
}

TEST_F(poll_test, needs_nothing_that_counts) {
    server s{socket, site, unguarded{}};
    deliver("40 01 00 01 b1 'a'");
    EXPECT_EQ(s.poll(0), poll_result::served);
    EXPECT_EQ(sent(), packet{"60 45 00 01 c0 ff 'A'"});
}

TEST_F(poll_test, hands_on_the_time) {
    constexpr auto clock = [](const request& r) -> reply {
        return r.now_ms == 0x8000'0001 ? code::valid : code::bad_request;
    };
    server s{socket, clock, unguarded{}};
    deliver("40 01 00 01");
    EXPECT_EQ(s.poll(0x8000'0001), poll_result::served);
    EXPECT_EQ(sent(), packet{"60 43 00 01"});
}

// A multicast request leaves the local address open; so does its answer.
TEST_F(poll_test, answers_multicast_from_whatever_address) {
    deliver("50 01 00 01 b1 'a'", test::multicast());
    EXPECT_EQ(poll(), poll_result::served);
    const auto* const datagram = socket.take();
    ASSERT_NE(datagram, nullptr);
    EXPECT_EQ(datagram->arrival.route.remote, test::client);
    EXPECT_EQ(datagram->arrival.route.local, net::endpoint{});
}

}  // namespace
}  // namespace mincoap
