#include <mincoap/posix/signals.hpp>

#include <csignal>
#include <thread>

#include <poll.h>
#include <sys/resource.h>

#include <gtest/gtest.h>

namespace mincoap::posix {
namespace {

bool is_readable(int descriptor) {
    pollfd wanted{.fd = descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&wanted, 1, 0) > 0;
}

bool is_blocked(int number) {
    sigset_t now;
    pthread_sigmask(SIG_BLOCK, nullptr, &now);
    return sigismember(&now, number) == 1;
}

TEST(posix_signals, wait_until_they_are_taken) {
    const signals both{SIGHUP, SIGUSR1};
    EXPECT_EQ(both.take(), 0);
    EXPECT_FALSE(is_readable(both.native_handle()));
    ::kill(::getpid(), SIGUSR1);
    EXPECT_TRUE(is_readable(both.native_handle()));
    EXPECT_EQ(both.take(), SIGUSR1);
    EXPECT_EQ(both.take(), 0);
    ::kill(::getpid(), SIGHUP);
    EXPECT_EQ(both.take(), SIGHUP);
}

TEST(posix_signals, that_came_before_are_there) {
    sigset_t hangup;
    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &hangup, nullptr);
    ::kill(::getpid(), SIGHUP);
    {
        const signals late{SIGHUP};
        EXPECT_EQ(late.take(), SIGHUP);
    }
    EXPECT_TRUE(is_blocked(SIGHUP)) << "it was blocked before";
    pthread_sigmask(SIG_UNBLOCK, &hangup, nullptr);
}

TEST(posix_signals, are_discarded_and_unblocked_at_the_end) {
    {
        const signals interrupts{SIGINT};
        EXPECT_TRUE(is_blocked(SIGINT));
        ::kill(::getpid(), SIGINT);  // ends the program if it outlives the object
    }
    EXPECT_FALSE(is_blocked(SIGINT));
}

TEST(posix_signals, reach_another_thread) {
    const signals hangups{SIGHUP};
    int taken = 0;
    std::thread other{[&] {
        ::kill(::getpid(), SIGHUP);
        taken = hangups.take();
    }};
    other.join();
    EXPECT_EQ(taken, SIGHUP);
}

TEST(posix_signals, tell_that_there_is_no_descriptor) {
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    const signals hangups{SIGHUP};
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_EQ(hangups.error(), std::errc::too_many_files_open);
    EXPECT_FALSE(is_blocked(SIGHUP));
}

}  // namespace
}  // namespace mincoap::posix
