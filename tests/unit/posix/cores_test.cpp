#include <mincoap/posix/cores.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <new>
#include <set>
#include <thread>

#include <pthread.h>
#include <sched.h>

#include <gtest/gtest.h>

#include <mincoap/mincoap.hpp>
#include <mincoap/posix/run.hpp>

#include "raw_peer.hpp"

namespace mincoap::posix {
namespace {

constexpr std::array<byte, 4> get_root{0x40, 0x01, 0x12, 0x34};  // CON GET, no token, no path
constexpr auto site = routes(at<"">(text("Hi")));
constexpr security::key key{1, 2, 3, 4};

std::vector<udp_socket> bound(std::size_t count) {
    return udp_socket::bind_shared(to_endpoint("127.0.0.1", 0).value(), count).value();
}

TEST(posix_cores, answer_all_peers_and_sum_what_they_counted) {
    constexpr std::size_t cores = 3;
    constexpr std::uint32_t peers = 60;
    auto sockets = bound(cores);
    const stop_source stop;
    std::array<counters, cores> counted;
    std::array<std::thread::id, cores> threads;
    const auto serve = [&](udp_socket& socket, const core& on) {
        threads[on.number] = std::this_thread::get_id();
        server served{socket, site, echo_guard{key}, counted[on.number]};
        return run(served, socket, on.stop);
    };
    std::thread client{[&] {
        for (std::uint32_t i = 0; i < peers; ++i) {
            const raw_peer peer{"127.0.0.1"};
            EXPECT_TRUE(peer.send(get_root, "127.0.0.1", sockets[0].local_port()));
            const auto answer = peer.take();
            EXPECT_TRUE(answer && answer->data.size() == 8);
        }
        stop.request_stop();
    }};
    EXPECT_EQ(run_on_cores(sockets, stop, serve), std::error_code{});
    client.join();
    EXPECT_EQ(threads[0], std::this_thread::get_id());
    EXPECT_EQ(std::set(threads.begin(), threads.end()).size(), cores);
    counters all;
    for (const counters& of_one : counted) {
        EXPECT_NE(of_one[outcomes::served], 0U) << "a core has no peer";
        all += of_one;
    }
    EXPECT_EQ(all[outcomes::served], peers);
}

TEST(posix_cores, stop_with_the_cause_when_one_fails) {
    auto sockets = bound(3);
    const stop_source stop;
    std::atomic<int> ended = 0;
    const auto serve = [&](udp_socket& socket, const core& on) {
        if (on.number == 2) return std::make_error_code(std::errc::io_error);
        server served{socket, site, unguarded{}};
        const std::error_code error = run(served, socket, on.stop);
        return ++ended, error;
    };
    EXPECT_EQ(run_on_cores(sockets, stop, serve), std::errc::io_error);
    EXPECT_EQ(ended, 2);
}

TEST(posix_cores, have_all_ended_when_an_exception_leaves_the_first) {
    auto sockets = bound(3);
    const stop_source stop;
    std::atomic<int> ended = 0;
    const auto serve = [&](udp_socket& socket, const core& on) {
        if (on.number == 0) throw std::bad_alloc{};
        server served{socket, site, unguarded{}};
        const std::error_code error = run(served, socket, on.stop);
        std::this_thread::sleep_for(std::chrono::milliseconds{20});  // it still needs what the cores share
        return ++ended, error;
    };
    EXPECT_THROW(static_cast<void>(run_on_cores(sockets, stop, serve)), std::bad_alloc);
    EXPECT_EQ(ended, 2);
}

TEST(posix_cores, end_at_a_signal) {
    std::atomic<int> started = 0;
    const auto serve = [&](udp_socket& socket, const core& on) {
        server served{socket, site, unguarded{}};
        if (++started == 2) ::kill(::getpid(), SIGTERM);
        return run(served, socket, on.stop);
    };
    EXPECT_EQ(run_on_cores(2, to_endpoint("127.0.0.1", 0).value(), serve), std::error_code{});
    EXPECT_EQ(started, 2);
}

TEST(posix_cores, tell_that_the_port_is_taken) {
    const auto other = udp_socket::bind(0).value();
    const auto serve = [](udp_socket&, const core&) { return std::error_code{}; };
    EXPECT_EQ(run_on_cores(2, {.port = other.local_port()}, serve), std::errc::address_in_use);
}

TEST(posix_cores, are_as_many_as_the_process_may_use) {
    std::size_t seen = 0;
    std::thread limited{[&] {
        cpu_set_t first;
        CPU_ZERO(&first);
        CPU_SET(::sched_getcpu(), &first);
        ::sched_setaffinity(0, sizeof first, &first);
        seen = available_cores();
    }};
    limited.join();
    EXPECT_EQ(seen, 1U);
    EXPECT_GE(available_cores(), 1U);
}

TEST(posix_cores, stop_if_there_is_no_thread_for_one) {
    auto sockets = bound(2);
    const stop_source stop;
    pthread_attr_t attributes;
    pthread_getattr_default_np(&attributes);
    std::size_t usual = 0;
    pthread_attr_getstacksize(&attributes, &usual);
    pthread_attr_setstacksize(&attributes, std::size_t{1} << (sizeof usual * 8 - 2));  // more than any machine has
    pthread_setattr_default_np(&attributes);
    const auto serve = [](udp_socket& socket, const core& on) {
        server served{socket, site, unguarded{}};
        return run(served, socket, on.stop);
    };
    const std::error_code error = run_on_cores(sockets, stop, serve);
    pthread_attr_setstacksize(&attributes, usual);
    pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
    EXPECT_EQ(error, std::errc::resource_unavailable_try_again);
}

}  // namespace
}  // namespace mincoap::posix
