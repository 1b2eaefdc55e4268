#include <mincoap/posix/run.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

#include <sys/eventfd.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <mincoap/mincoap.hpp>
#include <mincoap/posix/burst_socket.hpp>

#include "failing_calls.hpp"
#include "raw_peer.hpp"

namespace mincoap::posix {
namespace {

constexpr std::array<byte, 4> get_root{0x40, 0x01, 0x12, 0x34};  // CON GET, no token, no path
constexpr auto site = routes(at<"">(text("Hi")));

udp_socket bound() { return udp_socket::bind(to_endpoint("127.0.0.1", 0).value()).value(); }

bool is_answer(const std::optional<from_peer>& got) {
    constexpr std::array<byte, 8> expected{0x60, 0x45, 0x12, 0x34, 0xc0, 0xff, 'H', 'i'};
    return got && std::ranges::equal(got->data, expected);
}

// A server in a thread of its own.
struct running {
    udp_socket socket = bound();
    const stop_source stop;
    std::error_code result = std::make_error_code(std::errc::operation_in_progress);
    std::thread thread;

    explicit running(auto work, int other = -1) {
        thread = std::thread{[this, work, other] {
            server served{socket, site, unguarded{}};
            result = run(served, socket, stop, work, other);
        }};
    }
    running() : running(no_work{}) {}
    ~running() { end(); }

    void end() {
        stop.request_stop();
        if (thread.joinable()) thread.join();
    }
};

// Waits until something has happened in the server's thread, up to two seconds.
void wait_until(auto has_happened) {
    for (int tries = 0; tries < 200 && !has_happened(); ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
}

TEST(posix_run, answers_until_another_thread_requests_a_stop) {
    running server;
    const raw_peer peer{"127.0.0.1"};
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(peer.send(get_root, "127.0.0.1", server.socket.local_port()));
        EXPECT_TRUE(is_answer(peer.take()));
    }
    EXPECT_FALSE(server.stop.stop_requested());
    server.end();
    EXPECT_TRUE(server.stop.stop_requested());
    EXPECT_EQ(server.result, std::error_code{});
}

TEST(posix_run, ends_at_a_signal) {
    for (const int number : {SIGINT, SIGTERM}) {
        udp_socket socket = bound();
        server served{socket, site, unguarded{}};
        std::uint32_t calls = 0;
        const stop_source stop;
        const auto raise_once = [&](std::uint32_t) {
            return ++calls == 1 ? ::kill(::getpid(), number), 0 : forever_ms;
        };
        EXPECT_EQ(run(served, socket, stop, raise_once), std::error_code{});
        EXPECT_LE(calls, 2U);
    }
}

TEST(posix_run, ends_by_itself_at_a_signal_that_came_before) {
    sigset_t terminate;
    sigemptyset(&terminate);
    sigaddset(&terminate, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &terminate, nullptr);
    ::kill(::getpid(), SIGTERM);
    udp_socket socket = bound();
    server served{socket, site, unguarded{}};
    EXPECT_EQ(run(served, socket), std::error_code{});
    pthread_sigmask(SIG_UNBLOCK, &terminate, nullptr);
}

TEST(posix_run, ends_at_its_own_signals_only) {
    const stop_source none{std::initializer_list<int>{}};
    const signals user{SIGUSR1};
    ::kill(::getpid(), SIGUSR1);
    EXPECT_FALSE(none.stop_requested());
    const stop_source its{SIGUSR1};
    EXPECT_TRUE(its.stop_requested());
}

TEST(posix_run, calls_the_work_when_it_is_due) {
    using namespace std::chrono;
    std::atomic<int> calls = 0;
    const auto begin = steady_clock::now();
    running server{[&calls](std::uint32_t) { return ++calls, 20; }};
    std::this_thread::sleep_for(milliseconds{150});
    wait_until([&calls] { return calls >= 3; });
    server.end();
    const auto passed = steady_clock::now() - begin;  // on a busy machine, more than 150 ms
    EXPECT_GE(calls, 3);
    EXPECT_LE(calls, passed / milliseconds{20} + 2) << "the first call, and one at the stop";
}

TEST(posix_run, calls_the_work_when_another_descriptor_is_readable) {
    const int event = ::eventfd(0, EFD_NONBLOCK);
    std::atomic<std::uint64_t> read = 0;
    running server{[&](std::uint32_t) {
                       eventfd_t value = 0;
                       if (::eventfd_read(event, &value) == 0) read += value;
                       return forever_ms;
                   },
                   event};
    ::eventfd_write(event, 5);
    wait_until([&read] { return read != 0; });
    server.end();
    ::close(event);
    EXPECT_EQ(read, 5U);
}

TEST(posix_run, serves_a_burst_before_it_waits) {
    udp_socket socket = bound();
    const raw_peer peer{"127.0.0.1"};
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(peer.send(get_root, "127.0.0.1", socket.local_port()));
    server served{socket, site, unguarded{}};
    EXPECT_EQ(drain(served), poll_result::idle);
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(is_answer(peer.take()));
}

TEST(posix_run, does_the_other_work_during_a_flood) {
    udp_socket socket = bound();
    const raw_peer peer{"127.0.0.1"};
    server served{socket, site, unguarded{}};
    const stop_source stop{std::initializer_list<int>{}};
    int rounds = 0;
    const auto flood = [&](std::uint32_t) {
        for (int i = 0; i < 100; ++i) peer.send(get_root, "127.0.0.1", socket.local_port());
        if (++rounds == 3) stop.request_stop();
        return forever_ms;
    };
    EXPECT_EQ(run(served, socket, stop, flood), std::error_code{});
    EXPECT_EQ(rounds, 3);
}

// A socket that breaks at its second datagram.
struct breaking {
    udp_socket& socket;
    int left = 1;

    net::status receive(mutable_bytes storage, net::arrival& in) {
        if (left == 0) return net::status::failed;
        const net::status got = socket.receive(storage, in);
        if (got == net::status::done) --left;
        return got;
    }
    net::status send(bytes datagram, const net::route& route) { return socket.send(datagram, route); }

    int native_handle() const { return socket.native_handle(); }
    int interfaces_handle() const { return -1; }
    static void rejoin() {}
    static std::error_code last_error() { return std::make_error_code(std::errc::io_error); }
};

TEST(posix_run, tells_why_the_socket_broke) {
    udp_socket socket = bound();
    breaking broken{socket};
    const raw_peer peer{"127.0.0.1"};
    ASSERT_TRUE(peer.send(get_root, "127.0.0.1", socket.local_port()));
    server served{broken, site, unguarded{}};
    EXPECT_EQ(run(served, broken), std::errc::io_error);
    EXPECT_TRUE(is_answer(peer.take())) << "the first request was answered";
}

// The first answer is gathered, and the send buffer is full when the second request turns out to be a response, which
// has no answer. The descriptor is not readable any more, so only POLLOUT can wake the loop.
TEST(posix_run, sends_blocked_answers_of_a_burst_socket_as_soon_as_it_can) {
    static burst_memory<4, 1152, 2> memory;
    burst_socket socket{bound(), memory};
    const raw_peer peer{"127.0.0.1"};
    constexpr std::array<byte, 4> reset{0x70, 0x00, 0x12, 0x34};
    ASSERT_TRUE(peer.send(get_root, "127.0.0.1", socket.local_port()));
    ASSERT_TRUE(peer.send(reset, "127.0.0.1", socket.local_port()));
    failing = {.descriptor = socket.native_handle(), .send_error = EAGAIN};
    server served{socket, site, unguarded{}};
    const stop_source stop;
    int turns = 0;
    const auto work = [&](std::uint32_t) -> std::uint32_t {
        ++turns;
        EXPECT_EQ(socket.is_blocked(), turns == 1);
        failing.send_error = 0;
        if (turns == 2) stop.request_stop();
        return forever_ms;
    };
    EXPECT_FALSE(run(served, socket, stop, work));
    EXPECT_EQ(turns, 2);
    EXPECT_TRUE(is_answer(peer.take()));
    failing = {};
}

// All requests are in the socket's memory then, and its descriptor is not readable.
TEST(posix_run, lets_no_loop_sleep_while_a_burst_socket_has_datagrams) {
    static burst_memory<64, 64, 280> memory;
    burst_socket socket{bound(), memory};
    const raw_peer peer{"127.0.0.1"};
    constexpr int requests = 270;  // more than drain polls, fewer than a small receive buffer has room for
    for (int i = 0; i < requests; ++i) ASSERT_TRUE(peer.send(get_root, "127.0.0.1", socket.local_port()));
    server served{socket, site, unguarded{}, counters{}};
    const poll_result last = drain(served);
    EXPECT_LT(served.layer<counters>()[outcomes::served], std::size_t{requests});
    EXPECT_EQ(idle_ms(served, last, now_ms()), 0U);
    const poll_result next = drain(served);
    EXPECT_EQ(served.layer<counters>()[outcomes::served], std::size_t{requests});
    EXPECT_EQ(idle_ms(served, next, now_ms()), forever_ms);
}

}  // namespace
}  // namespace mincoap::posix
