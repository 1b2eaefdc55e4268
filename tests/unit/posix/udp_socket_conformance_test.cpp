#include <cerrno>

#include <sys/syscall.h>
#include <time.h>

#include <mincoap/posix/burst_socket.hpp>

#include "socket_harness.hpp"

namespace mincoap::posix {

int failing_calls::error_of(int socket, bool is_group) {
    if (socket != descriptor) return 0;
    const int error = is_group ? group_error : single_error;
    if (error != 0) return error;
    if (send_error != 0 && sends_left-- <= 0) return send_error;
    ++messages;
    return 0;
}

namespace {

struct plain {
    udp_socket socket;
};

struct burst {
    explicit burst(udp_socket&& bound, burst_features features = {}) : socket(std::move(bound), memory, features) {}

    burst_memory<4, 256, 2> memory;
    burst_socket socket;
};

struct burst_without_features : burst {
    explicit burst_without_features(udp_socket&& bound)
        : burst(std::move(bound), {.batches = false, .runs = false, .groups = false}) {}
};

bool is_group(const msghdr& message) {
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(const_cast<msghdr*>(&message), c))
        if (c->cmsg_level == IPPROTO_UDP) return true;
    return false;
}

template <typename... Arguments>
auto counted(int socket, long number, Arguments... arguments) {
    if (socket == failing.descriptor) ++failing.send_calls;
    return ::syscall(number, socket, arguments...);
}

}  // namespace
}  // namespace mincoap::posix

using namespace mincoap::posix;

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) {
    if (clock != CLOCK_MONOTONIC_COARSE || failing.ticks < 0)
        return static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
    *now = {.tv_sec = 0, .tv_nsec = failing.ticks};
    return 0;
}

ssize_t sendto(int socket, const void* data, std::size_t size, int flags, const sockaddr* to, socklen_t to_size) {
    if ((errno = failing.error_of(socket, false)) != 0) return -1;
    return counted(socket, SYS_sendto, data, size, flags, to, to_size);
}

ssize_t sendmsg(int socket, const msghdr* message, int flags) {
    if ((errno = failing.error_of(socket, is_group(*message))) != 0) return -1;
    return counted(socket, SYS_sendmsg, message, flags);
}

int sendmmsg(int socket, mmsghdr* messages, unsigned count, int flags) {
    if (socket == failing.descriptor && (errno = failing.batch_error) != 0) return -1;
    unsigned free = 0;
    while (free != count && (errno = failing.error_of(socket, is_group(messages[free].msg_hdr))) == 0) ++free;
    if (free == 0) return -1;
    return static_cast<int>(counted(socket, SYS_sendmmsg, messages, free, flags));
}

int recvmmsg(int socket, mmsghdr* messages, unsigned count, int flags, timespec* timeout) {
    if (socket == failing.descriptor && (errno = failing.batch_error) != 0) return -1;
    return static_cast<int>(::syscall(SYS_recvmmsg, socket, messages, count, flags, timeout));
}
}

namespace mincoap::conformance {
INSTANTIATE_TYPED_TEST_SUITE_P(posix, udp_socket_conformance, posix::harnesses<posix::plain>, posix::names);
INSTANTIATE_TYPED_TEST_SUITE_P(posix_burst, udp_socket_conformance, posix::harnesses<posix::burst>, posix::names);
INSTANTIATE_TYPED_TEST_SUITE_P(posix_burst_without_features, udp_socket_conformance,
                               posix::harnesses<posix::burst_without_features>, posix::names);
}  // namespace mincoap::conformance
