#include <mincoap/posix/stop_source.hpp>

#include <cerrno>
#include <csignal>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "system_error.hpp"

namespace mincoap::posix {
namespace {

bool watch(int epoll, int descriptor) {
    epoll_event readable{.events = EPOLLIN, .data = {}};
    return ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &readable) == 0;
}

}  // namespace

stop_source::stop_source() : stop_source({SIGINT, SIGTERM}) {}

stop_source::stop_source(std::initializer_list<int> signal_numbers)
    : signals_(signal_numbers), requested_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      either_(::epoll_create1(EPOLL_CLOEXEC)), error_(signals_.error()) {
    const bool is_made =
        watch(native_handle(), requested_.number()) && watch(native_handle(), signals_.native_handle());
    if (!error_ && !is_made) error_ = error_from(errno);
}

void stop_source::request_stop() const { ::eventfd_write(requested_.number(), 1); }

bool stop_source::stop_requested() const {
    pollfd wanted{.fd = native_handle(), .events = POLLIN, .revents = 0};
    return ::poll(&wanted, 1, 0) > 0;
}

}  // namespace mincoap::posix
