// The wait of `run`. It is private to this adapter.
#pragma once

#include <cstdint>

namespace mincoap::posix::detail {

// The descriptors that end a wait; -1 for none.
struct wait_set {
    int socket;
    int interfaces;
    int stop;
    int other;
};

struct woken {
    bool by_stop;
    bool by_interfaces;
};

// Waits for at most `timeout_ms` milliseconds, below 2^31, until one of the descriptors is readable; if
// `to_send`, until the socket takes a datagram. Returns early at a signal that is not blocked.
woken wait(const wait_set& all, bool to_send, std::uint32_t timeout_ms);

}  // namespace mincoap::posix::detail
