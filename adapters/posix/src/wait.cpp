#include <mincoap/posix/wait.hpp>

#include <iterator>

#include <poll.h>

namespace mincoap::posix::detail {

woken wait(const wait_set& all, bool to_send, std::uint32_t timeout_ms) {
    const auto wanted = static_cast<short>(to_send ? POLLOUT : POLLIN);
    pollfd events[]{{.fd = all.socket, .events = wanted, .revents = 0},
                    {.fd = all.interfaces, .events = POLLIN, .revents = 0},
                    {.fd = all.stop, .events = POLLIN, .revents = 0},
                    {.fd = all.other, .events = POLLIN, .revents = 0}};
    if (::poll(events, std::size(events), static_cast<int>(timeout_ms)) <= 0) return {};
    return {.by_stop = events[2].revents != 0, .by_interfaces = events[1].revents != 0};
}

}  // namespace mincoap::posix::detail
