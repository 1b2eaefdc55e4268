#include <mincoap/net/lossy.hpp>

#include <algorithm>
#include <array>
#include <string>

#include <gtest/gtest.h>

#include <mincoap/net/loopback.hpp>

namespace mincoap::net {
namespace {

constexpr route route{.remote = ipv4(192, 0, 2, 1, 40000), .local = ipv4(192, 0, 2, 2, 5683)};

using network = loopback<64, 64>;

// Delivers the datagrams "a", "b"... up to `last`. Returns the received ones in order, including all held ones.
template <typename Inner, typename Lossy>
std::string received(Inner& inner, Lossy& socket, char last) {
    for (char c = 'a'; c <= last; ++c) {
        const auto datagram = static_cast<byte>(c);
        EXPECT_TRUE(inner.deliver({&datagram, 1}, {.route = route}));
    }
    std::string arrived;
    for (int call = 0; call < 200; ++call) {
        std::array<byte, 64> storage{};
        mutable_bytes buffer{storage};
        arrival in;
        if (socket.receive(buffer, in) != status::done) continue;
        EXPECT_EQ(in.route.remote, route.remote);
        EXPECT_EQ(in.route.local, route.local);
        arrived += as_text(buffer.first(in.size));
    }
    EXPECT_FALSE(socket.is_holding());
    return arrived;
}

// Sends the same datagrams. Returns those that leave the socket.
template <typename Lossy>
std::string sent(network& inner, Lossy& socket, char last) {
    std::array<byte, 64> storage{};
    arrival in;
    std::string gone;
    for (int c = 'a'; c <= last + 10; ++c) {
        const auto datagram = static_cast<byte>(c);
        if (c <= last) {
            EXPECT_EQ(socket.send({&datagram, 1}, route), status::done);
        }
        EXPECT_EQ(socket.receive(storage, in), status::would_block);
        while (const auto* const next = inner.take()) {
            EXPECT_EQ(next->arrival.route.remote, route.remote);
            gone += as_text(next->content());
        }
    }
    EXPECT_FALSE(socket.is_holding());
    return gone;
}

std::string received(const mishaps& likely, std::uint32_t seed, char last = 'z') {
    network inner;
    lossy socket{inner, likely, seed};
    return received(inner, socket, last);
}
std::string sent(const mishaps& likely, std::uint32_t seed, char last = 'z') {
    network inner;
    lossy socket{inner, likely, seed};
    return sent(inner, socket, last);
}

std::string sorted(std::string text) {
    std::sort(text.begin(), text.end());
    return text;
}

const std::string all = "abcdefghijklmnopqrstuvwxyz";

TEST(lossy_socket, changes_nothing_without_mishaps) {
    for (std::uint32_t seed = 0; seed < 50; ++seed) {
        EXPECT_EQ(received({}, seed), all);
        EXPECT_EQ(sent({}, seed), all);
    }
}

TEST(lossy_socket, loses_everything_or_a_part) {
    EXPECT_EQ(received({.lost = 100}, 1), "");
    EXPECT_EQ(sent({.lost = 100}, 1), "");
    for (const auto& some : {received({.lost = 30}, 1), sent({.lost = 30}, 1)}) {
        EXPECT_LT(some.size(), all.size());
        EXPECT_GT(some.size(), all.size() / 3);
        EXPECT_EQ(some, sorted(some)) << "the order is kept";
    }
}

TEST(lossy_socket, doubles_as_many_as_it_has_room_for) {
    network inner;
    lossy<network, 64, 32> socket{inner, {.doubled = 100}, 1};
    std::string expected;
    for (const char c : all) expected += std::string(2, c);
    EXPECT_EQ(sorted(received(inner, socket, 'z')), expected);
    EXPECT_EQ(sorted(sent(inner, socket, 'z')), expected);
}

TEST(lossy_socket, delays_so_that_the_order_changes_and_nothing_is_lost) {
    for (const auto& late : {received({.delayed = 50}, 1), sent({.delayed = 50}, 1)}) {
        EXPECT_NE(late, all);
        EXPECT_EQ(sorted(late), all);
    }
}

TEST(lossy_socket, is_the_same_with_the_same_seed) {
    constexpr mishaps all_kinds{.lost = 20, .doubled = 20, .delayed = 20};
    EXPECT_EQ(received(all_kinds, 7), received(all_kinds, 7));
    EXPECT_EQ(sent(all_kinds, 7), sent(all_kinds, 7));
    EXPECT_NE(received(all_kinds, 7), received(all_kinds, 8));
    EXPECT_NE(sent(all_kinds, 7), sent(all_kinds, 8));
}

// The behaviour is the same on each machine and in later versions, so a seed that finds a fault finds it again.
TEST(lossy_socket, is_the_same_everywhere) {
    constexpr mishaps all_kinds{.lost = 20, .doubled = 20, .delayed = 20};
    EXPECT_EQ(received(all_kinds, 7), "abcegjhefglnortmpwsyx");
    EXPECT_EQ(sent(all_kinds, 7), "abcegefhgjlnomprtswxy");
    EXPECT_EQ(received({.lost = 1, .doubled = 1, .delayed = 99}, 8), "edcabjkgfhipqnlmovtxsruwzy");
    EXPECT_EQ(sent({.lost = 1, .doubled = 99, .delayed = 1}, 9), "acadedbcfgfgheihjkjilkmmnlopqonqrsptrvswtxwyvyzxz");
}

TEST(lossy_socket, holds_four_datagrams_for_four_calls_at_most) {
    network inner;
    lossy socket{inner, {.delayed = 100}, 1};
    for (char c = 'a'; c <= 'e'; ++c) {
        const auto datagram = static_cast<byte>(c);
        ASSERT_EQ(socket.send({&datagram, 1}, route), status::done);
        EXPECT_TRUE(socket.is_holding());
    }
    EXPECT_EQ(as_text(inner.take()->content()), "e") << "the socket had no room to hold it";
    EXPECT_EQ(inner.take(), nullptr);
    std::array<byte, 64> storage{};
    arrival in;
    for (int call = 0; call < 4; ++call) EXPECT_EQ(socket.receive(storage, in), status::would_block);
    EXPECT_FALSE(socket.is_holding());
}

// The tolerance is five standard deviations.
TEST(lossy_socket, loses_as_many_as_it_was_told) {
    loopback<8, 1> inner;
    lossy socket{inner, {.lost = 20}, 12345};
    int arrived = 0;
    for (int i = 0; i < 10000; ++i) {
        ASSERT_EQ(socket.send({}, route), status::done);
        if (inner.take() != nullptr) ++arrived;
    }
    EXPECT_NEAR(arrived, 8000, 5 * 40);
}

TEST(lossy_socket, works_around_a_socket_that_lends) {
    loopback<64, 64, true> inner;
    lossy socket{inner, {.lost = 10, .doubled = 30, .delayed = 30}, 3};
    static_assert(lending_socket<decltype(socket)>);
    EXPECT_EQ(received(inner, socket, 'z'), received({.lost = 10, .doubled = 30, .delayed = 30}, 3))
        << "with the same seed, the same as around a socket that copies";
}

TEST(lossy_socket, sends_the_copy_of_an_answer_whose_lent_memory_is_spoilt) {
    loopback<64, 4, true> inner;
    lossy socket{inner, {.doubled = 100}, 1};
    ASSERT_EQ(socket.send(std::array<byte, 1>{'a'}, route), status::done);
    ASSERT_EQ(as_text(inner.take()->content()), "a");
    std::array<byte, 64> storage{};
    mutable_bytes buffer{storage};
    arrival in;
    for (std::uint32_t i = 0; i < decltype(socket)::longest_delay; ++i)
        EXPECT_EQ(socket.receive(buffer, in), status::would_block);
    const auto* const again = inner.take();
    ASSERT_NE(again, nullptr);
    EXPECT_EQ(as_text(again->content()), "a");
}

TEST(lossy_socket, keeps_no_copy_of_an_answer_that_was_not_taken) {
    network inner;
    lossy socket{inner, {.doubled = 100}, 1};
    for (const status refused : {status::would_block, status::failed}) {
        inner.send_status = refused;
        EXPECT_EQ(socket.send(std::array<byte, 1>{'a'}, route), refused);
        EXPECT_FALSE(socket.is_holding());
    }
}

TEST(lossy_socket, tries_again_to_send_what_it_holds) {
    network inner;
    lossy socket{inner, {.delayed = 100}, 1};
    ASSERT_EQ(socket.send(std::array<byte, 1>{'a'}, route), status::done);
    inner.send_status = status::would_block;
    std::array<byte, 64> storage{};
    arrival in;
    for (int i = 0; i < 10; ++i) EXPECT_EQ(socket.receive(storage, in), status::would_block);
    EXPECT_TRUE(socket.is_holding());
    inner.send_status = status::done;
    EXPECT_EQ(socket.receive(storage, in), status::would_block);
    EXPECT_FALSE(socket.is_holding());
    EXPECT_NE(inner.take(), nullptr);
}

TEST(lossy_socket, says_truncated_of_what_it_held_and_does_not_fit) {
    network inner;
    lossy socket{inner, {.delayed = 100}, 1};
    ASSERT_TRUE(inner.deliver(std::array<byte, 3>{1, 2, 3}, {.route = route}));
    std::array<byte, 64> storage{};
    arrival in;
    EXPECT_EQ(socket.receive(storage, in), status::would_block);
    storage.fill(0);
    status got = status::would_block;
    for (int i = 0; i < 4 && got == status::would_block; ++i) got = socket.receive(mutable_bytes{storage}.first(2), in);
    ASSERT_EQ(got, status::done);
    EXPECT_TRUE(in.truncated);
    EXPECT_EQ(in.size, 2U);
    EXPECT_EQ(storage[2], 0) << "nothing is written behind the storage";
}

TEST(lossy_socket, neither_doubles_nor_delays_what_is_too_large_for_it) {
    network inner;
    lossy<network, 2> socket{inner, {.doubled = 100, .delayed = 100}, 1};
    ASSERT_EQ(socket.send(std::array<byte, 3>{1, 2, 3}, route), status::done);
    EXPECT_FALSE(socket.is_holding());
    EXPECT_NE(inner.take(), nullptr);
}

}  // namespace
}  // namespace mincoap::net
