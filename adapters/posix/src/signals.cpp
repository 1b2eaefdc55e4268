#include <mincoap/posix/signals.hpp>

#include <cerrno>

#include <sys/signalfd.h>
#include <unistd.h>

namespace mincoap::posix {

signals::signals(std::initializer_list<int> numbers) {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (const int number : numbers) sigaddset(&wanted, number);
    descriptor_ = detail::descriptor{::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK)};
    if (native_handle() < 0) error_ = {errno, std::system_category()};
    else sigemptyset(&blocked_before_), pthread_sigmask(SIG_BLOCK, &wanted, &blocked_before_);
}

signals::~signals() {
    if (error_) return;
    while (take() != 0) {}
    pthread_sigmask(SIG_SETMASK, &blocked_before_, nullptr);
}

int signals::take() const {
    signalfd_siginfo info;
    const ssize_t size = ::read(native_handle(), &info, sizeof info);
    return size == static_cast<ssize_t>(sizeof info) ? static_cast<int>(info.ssi_signo) : 0;
}

}  // namespace mincoap::posix
