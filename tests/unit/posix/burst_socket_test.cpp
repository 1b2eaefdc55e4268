#include <mincoap/posix/burst_socket.hpp>

#include <algorithm>
#include <array>
#include <memory>

#include <gtest/gtest.h>
#include <netinet/udp.h>

#include "failing_calls.hpp"
#include "raw_peer.hpp"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

namespace mincoap::posix {
namespace {

using net::status;

using octets = std::vector<byte>;

// A socket under test with few slots, and a peer.
template <unsigned Slots, std::size_t Size = 64, unsigned Runs = 8>
struct burst_of {
    explicit burst_of(burst_features features = {}, const char* address = "127.0.0.1")
        : socket(udp_socket::bind(to_endpoint(address, 0).value()).value(), memory, features) {
        failing = {};
        failing.descriptor = socket.native_handle();
        failing.ticks = 0;  // on a busy machine, a test takes longer than a tick
    }
    ~burst_of() { failing = {}; }

    burst_memory<Slots, Size, Runs> memory;
    burst_socket socket;
    raw_peer peer{"127.0.0.1"};
    std::array<byte, 256> storage{};
    mutable_bytes buffer;
    net::arrival in;

    void ask(bytes data) { ask(data, peer); }
    void ask(bytes data, const raw_peer& by) { ASSERT_TRUE(by.send(data, "127.0.0.1", socket.local_port())); }
    // Sends datagrams of `size` bytes in one message, which UDP_GRO receives as one. The last may be shorter.
    void ask_in_a_run(bytes all, int each) {
        ASSERT_EQ(::setsockopt(peer.descriptor(), IPPROTO_UDP, UDP_SEGMENT, &each, sizeof each), 0);
        ask(all);
        const int none = 0;
        ASSERT_EQ(::setsockopt(peer.descriptor(), IPPROTO_UDP, UDP_SEGMENT, &none, sizeof none), 0);
    }

    status receive() { return receive(storage.size()); }
    status receive(std::size_t room) {
        buffer = mutable_bytes{storage}.first(room);
        return socket.receive(buffer, in);
    }
    octets received() const { return {buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(in.size)}; }
    bool is_lent() const { return buffer.data() != storage.data(); }

    // Answers with the datagram itself, in place.
    status answer() { return socket.send(buffer.first(in.size), in.route); }
    void echo() {
        ASSERT_EQ(receive(), status::done);
        ASSERT_EQ(answer(), status::done);
    }
    void expect(const raw_peer& by, const octets& data) {
        const auto next = by.take();
        ASSERT_TRUE(next);
        EXPECT_EQ(next->data, data);
        EXPECT_EQ(next->from, to_endpoint("127.0.0.1", socket.local_port()).value());
    }
    void expect(const octets& data) { expect(peer, data); }
};

octets octets_of(byte value, std::size_t size) { return octets(size, value); }

bool has_nothing(const raw_peer& peer) {
    byte any;
    return ::recv(peer.descriptor(), &any, 1, MSG_DONTWAIT | MSG_PEEK) < 0;
}

constexpr burst_features plain{.batches = false, .runs = false, .groups = false};
constexpr burst_features ungrouped{.batches = true, .runs = true, .groups = false};

// ---- gathering

TEST(posix_burst_socket, sends_the_answers_to_one_peer_in_one_message) {
    burst_of<8> turn;
    if (!turn.socket.features().groups) GTEST_SKIP() << "the kernel has no UDP_SEGMENT";
    for (byte i = 1; i <= 4; ++i) turn.ask(octets_of(i, 10));
    for (int i = 0; i < 4; ++i) turn.echo();
    EXPECT_EQ(failing.messages, 1U);
    EXPECT_EQ(failing.send_calls, 1U);
    for (byte i = 1; i <= 4; ++i) turn.expect(octets_of(i, 10));
}

TEST(posix_burst_socket, sends_many_messages_in_one_call) {
    burst_of<8> turn(ungrouped);
    for (byte i = 1; i <= 4; ++i) turn.ask(octets_of(i, 10));
    for (int i = 0; i < 4; ++i) turn.echo();
    EXPECT_EQ(failing.messages, 4U);
    EXPECT_EQ(failing.send_calls, 1U);
    for (byte i = 1; i <= 4; ++i) turn.expect(octets_of(i, 10));
}

TEST(posix_burst_socket, holds_no_answer_back_once_the_last_request_is_answered) {
    burst_of<8> turn;
    turn.ask({});
    turn.ask(octets_of(2, 3));
    turn.echo();
    EXPECT_EQ(failing.messages, 0U) << "there is another request";
    turn.echo();
    turn.expect({});
    turn.expect(octets_of(2, 3));
}

TEST(posix_burst_socket, groups_answers_of_one_size_and_a_shorter_one_behind) {
    burst_of<8> turn;
    if (!turn.socket.features().groups) GTEST_SKIP() << "the kernel has no UDP_SEGMENT";
    const std::size_t sizes[] = {10, 10, 4, 10, 20, 20, 0};  // groups: 10 10 4, 10, 20 20, 0
    for (byte i = 0; const std::size_t size : sizes) turn.ask(octets_of(++i, size));
    for (std::size_t i = 0; i < std::size(sizes); ++i) turn.echo();
    EXPECT_EQ(failing.messages, 4U);
    for (byte i = 0; const std::size_t size : sizes) turn.expect(octets_of(++i, size));
}

TEST(posix_burst_socket, keeps_the_answers_of_two_peers_apart) {
    burst_of<8> turn;
    const raw_peer other("127.0.0.1");
    for (byte i = 1; i <= 4; ++i) turn.ask(octets_of(i, 10), i % 2 == 0 ? other : turn.peer);
    for (int i = 0; i < 4; ++i) turn.echo();
    EXPECT_EQ(failing.messages, 4U);
    EXPECT_EQ(failing.send_calls, 1U);
    for (byte i = 1; i <= 4; ++i) turn.expect(i % 2 == 0 ? other : turn.peer, octets_of(i, 10));
}

TEST(posix_burst_socket, keeps_the_answers_from_two_addresses_apart) {
    burst_of<8> turn({}, "0.0.0.0");
    for (const char* asked : {"127.0.0.2", "127.0.0.3", "127.0.0.3"})
        ASSERT_TRUE(turn.peer.send(octets_of(1, 10), asked, turn.socket.local_port()));
    for (int i = 0; i < 3; ++i) turn.echo();
    for (const char* asked : {"127.0.0.2", "127.0.0.3", "127.0.0.3"}) {
        const auto next = turn.peer.take();
        ASSERT_TRUE(next);
        EXPECT_EQ(next->from, to_endpoint(asked, turn.socket.local_port()).value());
    }
}

TEST(posix_burst_socket, groups_no_answers_that_may_be_too_large_for_a_path) {
    burst_of<4, 1500> turn;
    const octets large = octets_of(1, 1233), small = octets_of(2, 1232);
    turn.storage = {};
    for (const octets& data : {large, large, small, small}) turn.ask(data);
    std::vector<byte> room(1500);
    for (int i = 0; i < 4; ++i) {
        turn.buffer = room;
        ASSERT_EQ(turn.socket.receive(turn.buffer, turn.in), status::done);
        ASSERT_EQ(turn.answer(), status::done);
    }
    EXPECT_EQ(failing.messages, turn.socket.features().groups ? 3U : 4U);
    for (const octets& data : {large, large, small, small}) turn.expect(data);
}

TEST(posix_burst_socket, sends_when_all_slots_have_answers) {
    burst_of<3> turn(ungrouped);
    for (byte i = 1; i <= 5; ++i) turn.ask(octets_of(i, 10));
    for (int i = 0; i < 2; ++i) turn.echo();
    EXPECT_EQ(failing.messages, 0U);
    turn.echo();
    EXPECT_EQ(failing.messages, 3U);
    for (int i = 0; i < 2; ++i) turn.echo();
    for (byte i = 1; i <= 5; ++i) turn.expect(octets_of(i, 10));
}

TEST(posix_burst_socket, sends_before_it_says_that_there_is_nothing) {
    burst_of<8> turn;
    for (byte i = 1; i <= 2; ++i) turn.ask(octets_of(i, 10));
    turn.echo();
    ASSERT_EQ(turn.receive(), status::done);  // not answered
    EXPECT_TRUE(has_nothing(turn.peer));
    EXPECT_EQ(turn.receive(), status::would_block);
    turn.expect(octets_of(1, 10));
    EXPECT_FALSE(turn.socket.is_blocked());
}

TEST(posix_burst_socket, sends_a_notification_at_once_and_behind_the_answers) {
    burst_of<8> turn;
    for (byte i = 1; i <= 3; ++i) turn.ask(octets_of(i, 10));
    turn.echo();
    EXPECT_EQ(turn.socket.send(octets_of(9, 5), turn.in.route), status::done);
    turn.expect(octets_of(1, 10));
    turn.expect(octets_of(9, 5));
    turn.echo();
    turn.echo();
    for (byte i = 2; i <= 3; ++i) turn.expect(octets_of(i, 10));
}

TEST(posix_burst_socket, lets_no_answer_wait_for_slow_handlers) {
    burst_of<8> turn;
    for (byte i = 1; i <= 3; ++i) turn.ask(octets_of(i, 10));
    turn.echo();
    ASSERT_EQ(turn.receive(), status::done);
    EXPECT_TRUE(has_nothing(turn.peer));
    failing.ticks = 4'000'000;
    ASSERT_EQ(turn.answer(), status::done);
    for (byte i = 1; i <= 2; ++i) turn.expect(octets_of(i, 10));
}

// A burst of one peer delays the answer to another one by as many requests as there are slots.
TEST(posix_burst_socket, lets_one_peer_hold_another_back_by_its_slots_at_most) {
    burst_of<4> turn;
    const raw_peer other("127.0.0.1");
    octets many(60 * 10, 1);
    turn.ask_in_a_run(bytes{many}.first(600), 10);
    turn.ask(octets_of(2, 7), other);
    turn.ask_in_a_run(bytes{many}.first(600), 10);
    for (int i = 0; i < 61; ++i) turn.echo();
    int more = 0;
    for (; has_nothing(other); ++more) turn.echo();
    EXPECT_LE(more, 4);
    turn.expect(other, octets_of(2, 7));
}

TEST(posix_burst_socket, sends_what_is_gathered_when_it_is_destroyed) {
    auto turn = std::make_unique<burst_of<8>>();
    for (byte i = 1; i <= 2; ++i) turn->ask(octets_of(i, 10));
    turn->echo();
    const raw_peer& peer = turn->peer;
    std::destroy_at(&turn->socket);
    const auto answer = peer.take();
    std::construct_at(&turn->socket, udp_socket::bind(0).value(), turn->memory);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->data, octets_of(1, 10));
}

// ---- receiving

TEST(posix_burst_socket, takes_a_run_apart) {
    burst_of<8> turn;
    if (!turn.socket.features().runs) GTEST_SKIP() << "the kernel has no UDP_GRO";
    octets all;
    for (byte i = 1; i <= 5; ++i) all.insert(all.end(), i < 5 ? 20 : 7, i);
    turn.ask_in_a_run(all, 20);
    turn.ask(octets_of(6, 3));
    for (byte i = 1; i <= 6; ++i) {
        ASSERT_EQ(turn.receive(), status::done);
        EXPECT_EQ(turn.received(), octets_of(i, i < 5 ? 20 : i == 5 ? 7 : 3));
        EXPECT_FALSE(turn.in.truncated);
        EXPECT_EQ(turn.in.route.remote, turn.peer.here());
    }
    EXPECT_EQ(turn.receive(), status::would_block);
}

TEST(posix_burst_socket, copies_a_datagram_that_is_larger_than_a_slot) {
    burst_of<8> turn;
    turn.ask(octets_of(1, 65));
    turn.ask(octets_of(2, 64));
    ASSERT_EQ(turn.receive(), status::done);
    EXPECT_FALSE(turn.is_lent());
    EXPECT_EQ(turn.received(), octets_of(1, 65));
    ASSERT_EQ(turn.answer(), status::done);
    ASSERT_EQ(turn.receive(), status::done);
    EXPECT_TRUE(turn.is_lent());
    ASSERT_EQ(turn.answer(), status::done);
    turn.expect(octets_of(1, 65));
    turn.expect(octets_of(2, 64));
}

TEST(posix_burst_socket, cuts_a_datagram_that_is_larger_than_the_storage) {
    burst_of<8> turn;
    turn.ask(octets_of(1, 50));
    ASSERT_EQ(turn.receive(49), status::done);
    EXPECT_TRUE(turn.in.truncated);
    EXPECT_EQ(turn.received(), octets_of(1, 49));
}

TEST(posix_burst_socket, steps_over_broadcasts_and_counts_them) {
    burst_of<8> turn({}, "0.0.0.0");
    const int yes = 1;
    ASSERT_EQ(::setsockopt(turn.peer.descriptor(), SOL_SOCKET, SO_BROADCAST, &yes, sizeof yes), 0);
    for (int i = 0; i < 20; ++i)
        ASSERT_TRUE(turn.peer.send(octets_of(1, 10), "127.255.255.255", turn.socket.local_port()));
    turn.ask(octets_of(2, 10));
    ASSERT_EQ(turn.receive(), status::done);
    EXPECT_EQ(turn.received(), octets_of(2, 10));
    EXPECT_EQ(turn.socket.unwanted(), 20U);
}

// No descriptor tells of datagrams that the socket has received and the server has not.
TEST(posix_burst_socket, does_not_wait_while_it_has_datagrams) {
    burst_of<8> turn;
    for (byte i = 1; i <= 3; ++i) turn.ask(octets_of(i, 10));
    EXPECT_TRUE(turn.socket.wait(2000));
    turn.echo();
    EXPECT_TRUE(turn.socket.wait(0));
    turn.expect(octets_of(1, 10));
    turn.echo();
    turn.echo();
    EXPECT_FALSE(turn.socket.wait(0));
    for (byte i = 2; i <= 3; ++i) turn.expect(octets_of(i, 10));
}

// ---- a full send buffer

void fill_send_buffer(int messages_left) {
    failing.send_error = EAGAIN;
    failing.sends_left = messages_left;
}

TEST(posix_burst_socket, neither_loses_nor_doubles_gathered_answers_that_a_full_buffer_blocks) {
    burst_of<8> turn(ungrouped);
    for (byte i = 1; i <= 4; ++i) turn.ask(octets_of(i, 10));
    fill_send_buffer(2);
    for (int i = 0; i < 3; ++i) turn.echo();
    ASSERT_EQ(turn.receive(), status::done);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(turn.answer(), status::would_block);
        EXPECT_TRUE(turn.socket.is_blocked());
    }
    failing.send_error = 0;
    EXPECT_EQ(turn.answer(), status::done);
    EXPECT_FALSE(turn.socket.is_blocked());
    for (byte i = 1; i <= 4; ++i) turn.expect(octets_of(i, 10));
    EXPECT_TRUE(has_nothing(turn.peer));
}

// The server drops the last answer when it receives again. The others are sent as soon as possible.
TEST(posix_burst_socket, keeps_what_it_took_and_receives_while_the_buffer_is_full) {
    burst_of<2> turn;
    for (byte i = 1; i <= 5; ++i) turn.ask(octets_of(i, 10));
    fill_send_buffer(0);
    turn.echo();
    for (byte i = 2; i <= 5; ++i) {
        ASSERT_EQ(turn.receive(), status::done);
        EXPECT_EQ(turn.received(), octets_of(i, 10));
        EXPECT_EQ(turn.answer(), status::would_block);
    }
    EXPECT_EQ(turn.receive(), status::would_block);
    EXPECT_TRUE(turn.socket.is_blocked());
    failing.send_error = 0;
    EXPECT_FALSE(turn.socket.wait(20)) << "no datagram comes";
    EXPECT_FALSE(turn.socket.is_blocked());
    turn.expect(octets_of(1, 10));
    EXPECT_TRUE(has_nothing(turn.peer));
}

TEST(posix_burst_socket, sends_blocked_answers_before_a_notification) {
    burst_of<8> turn;
    for (byte i = 1; i <= 2; ++i) turn.ask(octets_of(i, 10));
    fill_send_buffer(0);
    turn.echo();
    EXPECT_EQ(turn.socket.send(octets_of(9, 5), turn.in.route), status::would_block);
    failing.send_error = 0;
    EXPECT_EQ(turn.socket.send(octets_of(9, 5), turn.in.route), status::done);
    turn.echo();
    turn.expect(octets_of(1, 10));
    turn.expect(octets_of(9, 5));
    turn.expect(octets_of(2, 10));
}

TEST(posix_burst_socket, drops_and_counts_what_the_kernel_has_no_memory_for) {
    burst_of<8> turn(ungrouped);
    for (byte i = 1; i <= 3; ++i) turn.ask(octets_of(i, 10));
    failing.send_error = ENOBUFS;
    for (int i = 0; i < 3; ++i) turn.echo();
    EXPECT_EQ(turn.socket.dropped(), 3U);
    EXPECT_FALSE(turn.socket.is_blocked());
}

// ---- kernels and sandboxes that refuse calls

TEST(posix_burst_socket, sends_answers_apart_that_the_kernel_cannot_cut) {
    burst_of<8> turn;
    if (!turn.socket.features().groups) GTEST_SKIP() << "the kernel has no UDP_SEGMENT";
    for (const int error : {EMSGSIZE, EINVAL, EIO}) {
        for (byte i = 1; i <= 3; ++i) turn.ask(octets_of(i, 10));
        failing.group_error = error;
        for (int i = 0; i < 3; ++i) turn.echo();
        for (byte i = 1; i <= 3; ++i) turn.expect(octets_of(i, 10));
        EXPECT_EQ(turn.socket.features().groups, error != EIO) << error;
    }
}

TEST(posix_burst_socket, does_without_calls_that_a_sandbox_forbids) {
    for (const int error : {ENOSYS, EPERM}) {
        burst_of<8> turn;
        failing.batch_error = error;
        for (byte i = 1; i <= 3; ++i) turn.ask(octets_of(i, 10));
        for (int i = 0; i < 3; ++i) turn.echo();
        for (byte i = 1; i <= 3; ++i) turn.expect(octets_of(i, 10));
        EXPECT_FALSE(turn.socket.features().batches);
    }
}

TEST(posix_burst_socket, does_without_sending_many_if_only_that_is_forbidden) {
    burst_of<8> turn(ungrouped);
    for (byte i = 1; i <= 3; ++i) turn.ask(octets_of(i, 10));
    turn.echo();
    failing.batch_error = EPERM;
    for (int i = 0; i < 2; ++i) turn.echo();
    for (byte i = 1; i <= 3; ++i) turn.expect(octets_of(i, 10));
    EXPECT_FALSE(turn.socket.features().batches);
}

// A firewall returns EPERM as well. Its rule is about some peers, whose answers are lost as with udp_socket.
TEST(posix_burst_socket, does_not_take_a_firewall_for_a_sandbox) {
    burst_of<8> turn(ungrouped);
    for (byte i = 1; i <= 3; ++i) turn.ask(octets_of(i, 10));
    failing.single_error = EPERM;
    for (int i = 0; i < 3; ++i) turn.echo();
    EXPECT_TRUE(turn.socket.features().batches);
    EXPECT_FALSE(turn.socket.is_blocked());
    failing.single_error = 0;
    turn.ask(octets_of(4, 10));
    turn.echo();
    turn.expect(octets_of(4, 10));
}

TEST(posix_burst_socket, uses_no_feature_that_is_switched_off) {
    burst_of<8> turn(plain);
    for (byte i = 1; i <= 3; ++i) turn.ask(octets_of(i, 10));
    for (int i = 0; i < 3; ++i) turn.echo();
    EXPECT_EQ(failing.send_calls, 3U);
    for (byte i = 1; i <= 3; ++i) turn.expect(octets_of(i, 10));
    const burst_features features = turn.socket.features();
    EXPECT_FALSE(features.batches || features.runs || features.groups);
}

TEST(posix_burst_socket, fails_with_a_cause_and_not_for_good) {
    burst_of<8> turn;
    for (byte i = 1; i <= 2; ++i) turn.ask(octets_of(i, 10));
    turn.echo();
    const int kept = ::dup(turn.socket.native_handle());
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    ASSERT_GE(::dup2(pipe_ends[0], turn.socket.native_handle()), 0);  // the descriptor is no longer a socket
    ASSERT_EQ(turn.receive(), status::done) << "it was received before";
    EXPECT_EQ(turn.answer(), status::failed);
    EXPECT_EQ(turn.socket.last_error(), std::errc::not_a_socket);
    EXPECT_EQ(turn.receive(), status::failed);
    EXPECT_EQ(turn.socket.dropped(), 1U) << "the other answer that was gathered";
    ASSERT_GE(::dup2(kept, turn.socket.native_handle()), 0);
    for (const int descriptor : {kept, pipe_ends[0], pipe_ends[1]}) ::close(descriptor);
    turn.ask(octets_of(3, 10));
    turn.echo();
    turn.expect(octets_of(3, 10));
}

}  // namespace
}  // namespace mincoap::posix
