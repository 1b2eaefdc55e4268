#include <mincoap/posix/signals.hpp>

#include <cerrno>
#include <csignal>

#include <sys/signalfd.h>
#include <unistd.h>

#include "system_error.hpp"

namespace mincoap::posix {

namespace {

constexpr std::uint64_t bit_of(int number) { return std::uint64_t{1} << (number - 1); }

}  // namespace

signals::signals(std::initializer_list<int> numbers) {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (const int number : numbers) sigaddset(&wanted, number);
    descriptor_ = detail::descriptor{::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK)};
    if (native_handle() < 0) {
        error_ = error_from(errno);
        return;
    }
    sigset_t before;
    pthread_sigmask(SIG_BLOCK, &wanted, &before);
    for (const int number : numbers)
        if (sigismember(&before, number) == 0) blocked_ |= bit_of(number);
}

signals::~signals() {
    if (error_) return;
    while (take() != 0) {}
    sigset_t ours;
    sigemptyset(&ours);
    for (int number = 1; number <= 64; ++number)
        if ((blocked_ & bit_of(number)) != 0) sigaddset(&ours, number);
    pthread_sigmask(SIG_UNBLOCK, &ours, nullptr);
}

int signals::take() const {
    signalfd_siginfo info;
    const ssize_t size = ::read(native_handle(), &info, sizeof info);
    return size == static_cast<ssize_t>(sizeof info) ? static_cast<int>(info.ssi_signo) : 0;
}

}  // namespace mincoap::posix
