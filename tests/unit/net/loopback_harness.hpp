// The harness that tests a loopback, alone or wrapped by another socket, with the conformance suite of sockets.
#pragma once

#include <mincoap/conformance/udp_socket_conformance.hpp>

#include <deque>

#include <mincoap/net/loopback.hpp>

namespace mincoap::net {

// `Tested` has the `socket()` under test and the `network()` behind it, a loopback for datagrams of 64 bytes. A
// datagram to any endpoint except the peer is lost.
template <typename Tested>
class loopback_harness {
public:
    static constexpr std::size_t too_large = 65;

    auto& socket() { return tested_.socket(); }
    endpoint asked() const { return ipv4(192, 0, 2, 2, 5683); }
    endpoint peer() const { return ipv4(192, 0, 2, 1, 40000); }
    endpoint dead_peer() const { return ipv4(192, 0, 2, 99, 9); }
    void deliver(bytes data) {
        arrival about;
        about.route = {.remote = peer(), .local = asked()};
        ASSERT_TRUE(tested_.network().deliver(data, about));
    }
    void settle() {
        while (tested_.network().take() != nullptr) {}
    }
    void congest() {}  // it is full until the test takes the sent datagrams
    void relieve() { move_out(); }
    std::optional<conformance::taken> take() {
        move_out();
        if (sent_.empty()) return {};
        conformance::taken next = std::move(sent_.front());
        sent_.pop_front();
        return next;
    }

private:
    void move_out() {
        while (const auto* const next = tested_.network().take())
            sent_.push_back({{next->content().begin(), next->content().end()}, next->arrival.route.local});
    }

    Tested tested_;
    std::deque<conformance::taken> sent_;
};

}  // namespace mincoap::net
