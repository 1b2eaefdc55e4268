// The contract of net::udp_socket, as tests that each adapter must pass. To test your own socket, write a file such as
// your_socket_test.cpp. It includes this header, defines a harness, and instantiates the tests in this namespace:
//
//   namespace mincoap::conformance {
//   INSTANTIATE_TYPED_TEST_SUITE_P(yours, udp_socket_conformance, your_harness);
//   }
//
// Compile the file as C++23, and link it with GTest::gtest_main. To test several harnesses, such as one per address
// family, pass ::testing::Types<...> of them.
//
// A harness is default-constructible. It owns one socket under test and one peer of that socket:
//   socket()            returns the socket under test, the same one on each call
//   asked()             returns the endpoint to which the peer sends
//   peer()              returns the peer's endpoint, as the socket under test sees it
//   deliver(bytes)      sends a datagram from the peer to asked(). On return, the socket can receive it.
//   take()              waits briefly for the next datagram to the peer. Returns it as std::optional<taken>.
//   dead_peer()         returns an endpoint on which no program listens. A datagram to it may cause an error.
//   settle()            returns once pending errors have arrived
// The following members are optional. Without one of them, the suite skips the tests that need it:
//   too_large           a size in bytes that the socket can never send
//   congest()           limits the socket to few datagrams or none. Beyond that, `send` returns would_block.
//   relieve()           ends the congestion
//   deliver_to_group(bytes)
//                       sends a datagram from the peer to a multicast group. Another socket on the machine has joined
//                       the group, but the socket under test has not. On return, the datagram has arrived.
//   join()              has the socket under test join that group. It requires deliver_to_group.
//   deliver_from_nowhere(bytes)
//                       sends a datagram from the unspecified address, 0.0.0.0 or ::, to asked() or to a group joined
//                       for this purpose. On return, the datagram has arrived.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include <mincoap/net/udp_socket.hpp>

namespace mincoap::conformance {

struct taken {
    std::vector<byte> data;
    net::endpoint from;
};

template <typename Harness>
class udp_socket_conformance : public ::testing::Test {
protected:
    using socket_type = std::remove_reference_t<decltype(std::declval<Harness&>().socket())>;
    static_assert(net::udp_socket<socket_type>);

    static constexpr byte untouched = 0xa5;

    net::status receive(std::size_t room) {
        storage.assign(room + 8, untouched);
        buffer = mutable_bytes{storage}.first(room);
        return harness.socket().receive(buffer, in);
    }
    bytes received() const { return buffer.first(in.size); }
    bool is_lent() const { return buffer.data() != storage.data(); }

    // Returns true if the storage is unchanged from `count` on. If the socket lends memory, checks all of it.
    bool is_untouched_from(std::size_t count) const {
        for (const byte b : bytes{storage}.subspan(is_lent() ? 0 : count))
            if (b != untouched) return false;
        return true;
    }

    // Receives a datagram, and overwrites it with a response of up to `most` bytes that fits into the buffer.
    std::vector<byte> answer_in_place(std::size_t room, std::size_t most) {
        harness.deliver(ping);
        EXPECT_EQ(receive(room), net::status::done);
        EXPECT_TRUE(same(received(), ping));
        const mutable_bytes to = buffer.first(std::min(most, buffer.size()));
        byte next = 1;
        for (byte& b : to) b = next++;
        return {to.begin(), to.end()};
    }

    static bool same(bytes a, bytes b) { return a.size() == b.size() && equal_bytes(a.data(), b.data(), a.size()); }

    // The common check that the socket still works: receives a datagram, and sends a response.
    void expect_exchange() {
        harness.deliver(ping);
        ASSERT_EQ(receive(64), net::status::done);
        EXPECT_TRUE(same(received(), ping));
        ASSERT_EQ(harness.socket().send(pong, in.route), net::status::done);
        const auto answer = harness.take();
        ASSERT_TRUE(answer);
        EXPECT_TRUE(same(answer->data, pong));
    }

    const std::vector<byte> ping{1, 2, 3, 4, 5, 6, 7, 8};
    const std::vector<byte> pong{9, 8, 7};
    Harness harness;
    std::vector<byte> storage;
    mutable_bytes buffer;
    net::arrival in;
};
TYPED_TEST_SUITE_P(udp_socket_conformance);

TYPED_TEST_P(udp_socket_conformance, says_would_block_when_there_is_nothing) {
    EXPECT_EQ(this->receive(64), net::status::would_block);
    EXPECT_EQ(this->receive(64), net::status::would_block);
    EXPECT_TRUE(this->is_untouched_from(0));
}

TYPED_TEST_P(udp_socket_conformance, receives_a_datagram_whole) {
    this->harness.deliver(this->ping);
    ASSERT_EQ(this->receive(64), net::status::done);
    EXPECT_TRUE(this->same(this->received(), this->ping));
    EXPECT_FALSE(this->in.truncated);
    EXPECT_FALSE(this->in.multicast);
    EXPECT_EQ(this->receive(64), net::status::would_block);
}

TYPED_TEST_P(udp_socket_conformance, tells_who_sent_it) {
    this->harness.deliver(this->ping);
    ASSERT_EQ(this->receive(64), net::status::done);
    EXPECT_EQ(this->in.route.remote, this->harness.peer());
}

TYPED_TEST_P(udp_socket_conformance, tells_the_address_that_was_asked) {
    this->harness.deliver(this->ping);
    ASSERT_EQ(this->receive(64), net::status::done);
    EXPECT_EQ(this->in.route.local.address, this->harness.asked().address);
    EXPECT_EQ(this->in.route.local.port, this->harness.asked().port);
}

// `receive` must overwrite all of `in`, including values from an earlier datagram.
TYPED_TEST_P(udp_socket_conformance, tells_everything_anew) {
    this->harness.deliver(this->ping);
    ASSERT_EQ(this->receive(64), net::status::done);
    const net::arrival first = this->in;
    this->in.route.remote.address.fill(0xff);
    this->in.route.remote.interface = this->in.route.local.interface = 0xffff;
    this->in.route.local.address.fill(0xff);
    this->in.multicast = this->in.truncated = true;
    this->harness.deliver(this->ping);
    ASSERT_EQ(this->receive(64), net::status::done);
    EXPECT_EQ(this->in.route.remote, first.route.remote);
    EXPECT_EQ(this->in.route.local, first.route.local);
    EXPECT_EQ(this->in.multicast, first.multicast);
    EXPECT_EQ(this->in.truncated, first.truncated);
}

TYPED_TEST_P(udp_socket_conformance, receives_an_empty_datagram) {
    this->harness.deliver({});
    ASSERT_EQ(this->receive(64), net::status::done);
    EXPECT_EQ(this->in.size, 0U);
    EXPECT_FALSE(this->in.truncated);
    EXPECT_TRUE(this->is_untouched_from(0));
}

TYPED_TEST_P(udp_socket_conformance, receives_a_datagram_that_fits_exactly) {
    this->harness.deliver(this->ping);
    ASSERT_EQ(this->receive(this->ping.size()), net::status::done);
    EXPECT_TRUE(this->same(this->received(), this->ping));
    EXPECT_FALSE(this->in.truncated);
}

TYPED_TEST_P(udp_socket_conformance, says_truncated_and_gives_the_beginning) {
    this->harness.deliver(this->ping);
    ASSERT_EQ(this->receive(this->ping.size() - 1), net::status::done);
    EXPECT_TRUE(this->in.truncated);
    EXPECT_TRUE(this->same(this->received(), bytes{this->ping}.first(this->ping.size() - 1)));
    EXPECT_EQ(this->in.route.remote, this->harness.peer());
    EXPECT_EQ(this->receive(64), net::status::would_block) << "the rest of a datagram is lost, not the next one";
}

TYPED_TEST_P(udp_socket_conformance, takes_a_datagram_for_which_there_is_no_room_at_all) {
    this->harness.deliver(this->ping);
    ASSERT_EQ(this->receive(0), net::status::done);
    EXPECT_EQ(this->in.size, 0U);
    EXPECT_TRUE(this->in.truncated);
}

TYPED_TEST_P(udp_socket_conformance, leaves_storage_beyond_the_datagram_alone) {
    this->harness.deliver(this->ping);
    ASSERT_EQ(this->receive(64), net::status::done);
    EXPECT_TRUE(this->is_untouched_from(this->ping.size()));
    this->harness.deliver(this->ping);
    ASSERT_EQ(this->receive(4), net::status::done);
    EXPECT_TRUE(this->is_untouched_from(4));
}

TYPED_TEST_P(udp_socket_conformance, receives_in_the_storage_or_in_no_more_and_enough_memory_of_its_own) {
    for (const std::size_t room : {0UZ, 4UZ, 8UZ, 21UZ, 22UZ, 64UZ}) {
        this->harness.deliver(this->ping);
        ASSERT_EQ(this->receive(room), net::status::done);
        EXPECT_LE(this->buffer.size(), room);
        EXPECT_GE(this->buffer.size(), this->is_lent() ? net::min_lent_size : std::min(room, net::min_lent_size));
        EXPECT_GE(this->buffer.size(), this->in.size);
    }
}

TYPED_TEST_P(udp_socket_conformance, sends_what_is_written_over_the_datagram_to_the_end_of_the_buffer) {
    for (int i = 0; i < 10; ++i) {
        const std::vector<byte> expected = this->answer_in_place(64, 64);
        ASSERT_EQ(this->harness.socket().send(bytes{this->buffer}.first(expected.size()), this->in.route),
                  net::status::done);
        const auto answer = this->harness.take();
        ASSERT_TRUE(answer);
        EXPECT_TRUE(this->same(answer->data, expected)) << "answer " << i;
    }
}

// More datagrams arrive while the server handles a request.
TYPED_TEST_P(udp_socket_conformance, leaves_the_buffer_alone_until_the_answer_is_sent) {
    const std::vector<byte> expected = this->answer_in_place(64, 32);
    this->harness.deliver(this->pong);
    this->harness.deliver(this->ping);
    EXPECT_TRUE(this->same(bytes{this->buffer}.first(expected.size()), expected));
    ASSERT_EQ(this->harness.socket().send(bytes{this->buffer}.first(expected.size()), this->in.route),
              net::status::done);
    const auto answer = this->harness.take();
    ASSERT_TRUE(answer);
    EXPECT_TRUE(this->same(answer->data, expected));
    for (const auto& next : {this->pong, this->ping}) {
        ASSERT_EQ(this->receive(64), net::status::done);
        EXPECT_TRUE(this->same(this->received(), next));
    }
}

TYPED_TEST_P(udp_socket_conformance, takes_back_what_is_not_answered) {
    for (int i = 0; i < 100; ++i) {
        this->harness.deliver(this->ping);
        ASSERT_EQ(this->receive(64), net::status::done) << "datagram " << i;
        EXPECT_TRUE(this->same(this->received(), this->ping));
    }
    EXPECT_EQ(this->receive(64), net::status::would_block);
    this->expect_exchange();
}

// An example is a response that waited for its leisure while a request arrived.
TYPED_TEST_P(udp_socket_conformance, sends_something_else_than_it_has_just_received) {
    this->harness.deliver(this->ping);
    ASSERT_EQ(this->receive(64), net::status::done);
    ASSERT_EQ(this->harness.socket().send(this->pong, this->in.route), net::status::done);
    const auto sent = this->harness.take();
    ASSERT_TRUE(sent);
    EXPECT_TRUE(this->same(sent->data, this->pong));
    this->expect_exchange();
}

TYPED_TEST_P(udp_socket_conformance, keeps_the_order) {
    const std::vector<byte> third{3};
    this->harness.deliver(this->ping);
    this->harness.deliver(this->pong);
    this->harness.deliver(third);
    for (const auto& expected : {this->ping, this->pong, third}) {
        ASSERT_EQ(this->receive(64), net::status::done);
        EXPECT_TRUE(this->same(this->received(), expected));
    }
}

TYPED_TEST_P(udp_socket_conformance, answers_from_the_address_that_was_asked) {
    this->harness.deliver(this->ping);
    ASSERT_EQ(this->receive(64), net::status::done);
    ASSERT_EQ(this->harness.socket().send(this->pong, this->in.route), net::status::done);
    const auto answer = this->harness.take();
    ASSERT_TRUE(answer);
    EXPECT_TRUE(this->same(answer->data, this->pong));
    EXPECT_EQ(answer->from.address, this->harness.asked().address);
    EXPECT_EQ(answer->from.port, this->harness.asked().port);
}

TYPED_TEST_P(udp_socket_conformance, sends_an_empty_datagram) {
    this->harness.deliver(this->ping);
    ASSERT_EQ(this->receive(64), net::status::done);
    ASSERT_EQ(this->harness.socket().send({}, this->in.route), net::status::done);
    const auto answer = this->harness.take();
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->data.empty());
}

TYPED_TEST_P(udp_socket_conformance, sends_with_nothing_said_of_where_from) {
    net::route route{};
    route.remote = this->harness.peer();
    ASSERT_EQ(this->harness.socket().send(this->pong, route), net::status::done);
    const auto answer = this->harness.take();
    ASSERT_TRUE(answer);
    EXPECT_TRUE(this->same(answer->data, this->pong));
}

TYPED_TEST_P(udp_socket_conformance, steps_over_the_refusal_of_a_dead_peer) {
    net::route route{};
    route.remote = this->harness.dead_peer();
    ASSERT_EQ(this->harness.socket().send(this->pong, route), net::status::done);
    this->harness.settle();
    EXPECT_EQ(this->receive(64), net::status::would_block);
    ASSERT_EQ(this->harness.socket().send(this->pong, route), net::status::done);
    this->harness.settle();
    this->expect_exchange();
}

TYPED_TEST_P(udp_socket_conformance, loses_a_datagram_that_is_too_large) {
    if constexpr (requires { TypeParam::too_large; }) {
        const std::vector<byte> huge(TypeParam::too_large);
        net::route route{};
        route.remote = this->harness.peer();
        EXPECT_EQ(this->harness.socket().send(huge, route), net::status::done) << "a retry would never succeed";
        this->expect_exchange();
    }
}

// After would_block, only the caller sends the datagram again. The socket does not.
TYPED_TEST_P(udp_socket_conformance, neither_loses_nor_doubles_what_a_full_queue_blocks) {
    if constexpr (requires { this->harness.congest(), this->harness.relieve(); }) {
        this->harness.deliver(this->ping);
        ASSERT_EQ(this->receive(64), net::status::done);
        const net::route route = this->in.route;
        this->harness.congest();
        byte next = 0;
        while (this->harness.socket().send({&next, 1}, route) == net::status::done)
            ASSERT_NE(++next, 0) << "never full";
        EXPECT_EQ(this->harness.socket().send({&next, 1}, route), net::status::would_block);
        this->harness.deliver(this->ping);
        EXPECT_EQ(this->receive(64), net::status::done) << "congestion affects sending only";
        this->harness.relieve();
        ASSERT_EQ(this->harness.socket().send({&next, 1}, route), net::status::done);
        ASSERT_EQ(this->harness.socket().send(this->pong, route), net::status::done);
        for (byte expected = 0; expected <= next; ++expected) {
            const auto taken = this->harness.take();
            ASSERT_TRUE(taken) << "of " << int{expected};
            EXPECT_TRUE(this->same(taken->data, bytes{&expected, 1})) << int{expected};
        }
        const auto last = this->harness.take();
        ASSERT_TRUE(last);
        EXPECT_TRUE(this->same(last->data, this->pong)) << "a datagram was sent twice";
    }
}

// The caller can try again without receiving in between.
TYPED_TEST_P(udp_socket_conformance, leaves_an_answer_alone_that_it_does_not_take) {
    if constexpr (requires { this->harness.congest(), this->harness.relieve(); }) {
        this->harness.congest();
        net::route route{};
        route.remote = this->harness.peer();
        int before = 0;
        while (this->harness.socket().send(this->pong, route) == net::status::done) ASSERT_LT(++before, 256);
        const std::vector<byte> expected = this->answer_in_place(64, 32);
        const bytes answer = bytes{this->buffer}.first(expected.size());
        for (int i = 0; i < 3; ++i) {
            ASSERT_EQ(this->harness.socket().send(answer, this->in.route), net::status::would_block);
            EXPECT_TRUE(this->same(answer, expected));
        }
        this->harness.relieve();
        ASSERT_EQ(this->harness.socket().send(answer, this->in.route), net::status::done);
        for (; before != 0; --before) ASSERT_TRUE(this->harness.take());
        const auto sent = this->harness.take();
        ASSERT_TRUE(sent);
        EXPECT_TRUE(this->same(sent->data, expected));
        this->expect_exchange();
    }
}

// The socket receives a group only if it has joined the group itself, whichever groups other sockets have joined.
TYPED_TEST_P(udp_socket_conformance, receives_nothing_of_a_group_that_it_did_not_join) {
    if constexpr (requires { this->harness.deliver_to_group(bytes{}); }) {
        this->harness.deliver_to_group(this->ping);
        EXPECT_EQ(this->receive(64), net::status::would_block);
        this->expect_exchange();
    }
}

TYPED_TEST_P(udp_socket_conformance, receives_a_group_that_it_joined_and_tells_no_group_as_local) {
    if constexpr (requires { this->harness.join(), this->harness.deliver_to_group(bytes{}); }) {
        this->harness.join();
        this->harness.deliver_to_group(this->ping);
        ASSERT_EQ(this->receive(64), net::status::done);
        EXPECT_TRUE(this->same(this->received(), this->ping));
        EXPECT_TRUE(this->in.multicast);
        EXPECT_TRUE(is_unspecified(this->in.route.local));
        EXPECT_EQ(this->in.route.remote, this->harness.peer());
        ASSERT_EQ(this->harness.socket().send(this->pong, this->in.route), net::status::done);
        const auto answer = this->harness.take();
        ASSERT_TRUE(answer);
        EXPECT_FALSE(is_multicast(answer->from));
        this->expect_exchange();
        EXPECT_FALSE(this->in.multicast) << "the previous datagram was multicast, but not this one";
    }
}

// A response to that address would reach services on the machine itself.
TYPED_TEST_P(udp_socket_conformance, receives_nothing_from_the_unspecified_address) {
    if constexpr (requires { this->harness.deliver_from_nowhere(bytes{}); }) {
        this->harness.deliver_from_nowhere(this->ping);
        EXPECT_EQ(this->receive(64), net::status::would_block);
        this->expect_exchange();
    }
}

REGISTER_TYPED_TEST_SUITE_P(
    udp_socket_conformance, says_would_block_when_there_is_nothing, receives_a_datagram_whole, tells_who_sent_it,
    tells_the_address_that_was_asked, tells_everything_anew, receives_an_empty_datagram,
    receives_a_datagram_that_fits_exactly, says_truncated_and_gives_the_beginning,
    takes_a_datagram_for_which_there_is_no_room_at_all, leaves_storage_beyond_the_datagram_alone,
    receives_in_the_storage_or_in_no_more_and_enough_memory_of_its_own,
    sends_what_is_written_over_the_datagram_to_the_end_of_the_buffer, leaves_the_buffer_alone_until_the_answer_is_sent,
    takes_back_what_is_not_answered, sends_something_else_than_it_has_just_received, keeps_the_order,
    answers_from_the_address_that_was_asked, sends_an_empty_datagram, sends_with_nothing_said_of_where_from,
    steps_over_the_refusal_of_a_dead_peer, loses_a_datagram_that_is_too_large,
    neither_loses_nor_doubles_what_a_full_queue_blocks, leaves_an_answer_alone_that_it_does_not_take,
    receives_nothing_of_a_group_that_it_did_not_join, receives_a_group_that_it_joined_and_tells_no_group_as_local,
    receives_nothing_from_the_unspecified_address);

}  // namespace mincoap::conformance
