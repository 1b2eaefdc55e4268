// A harness for the conformance suite: a socket of this adapter, and a peer, both on the loopback interface.
#pragma once

#include <thread>

#include <mincoap/conformance/udp_socket_conformance.hpp>
#include <mincoap/posix/udp_socket.hpp>

#include "failing_calls.hpp"
#include "raw_peer.hpp"

namespace mincoap::posix {

inline constexpr char any[] = "::";
inline constexpr char any_ipv4[] = "0.0.0.0";
inline constexpr char first_ipv4[] = "127.0.0.1";
inline constexpr char second_ipv4[] = "127.0.0.2";
inline constexpr char ipv6[] = "::1";

// `Under` has the socket under test as `socket`. It is made of a socket that is bound to `Bound`.
template <typename Under, const char* Bound, const char* Asked, const char* Peer>
class socket_harness {
    // A socket bound to a single address receives no multicast.
    static constexpr bool has_groups = std::string_view{Peer} == first_ipv4 && std::string_view{Bound} != second_ipv4;

public:
    static constexpr std::size_t too_large = 65536;  // more than UDP's length field can express

    ~socket_harness() { relieve(); }

    auto& socket() { return under_.socket; }
    net::endpoint asked() { return to_endpoint(Asked, socket().local_port()).value(); }
    net::endpoint peer() const { return peer_.here(); }

    // The discard port, on which no program listens.
    net::endpoint dead_peer() const { return to_endpoint(Peer, 9).value(); }
    void settle() const { std::this_thread::sleep_for(std::chrono::milliseconds(5)); }

    void deliver(bytes data) {
        ASSERT_TRUE(peer_.send(data, Asked, socket().local_port()));
        ASSERT_TRUE(socket().wait(2000));
    }
    std::optional<conformance::taken> take() const {
        auto next = peer_.take();
        if (!next) return {};
        return conformance::taken{std::move(next->data), next->from};
    }

    void congest() {
        failing = {};
        failing.descriptor = socket().native_handle();
        failing.send_error = EAGAIN;
        failing.sends_left = 3;
    }
    void relieve() { failing = {}; }

    // The loopback interface has no IPv6 groups. The datagram arrives at a joined socket before `send` returns.
    void deliver_to_group(bytes data)
        requires has_groups
    {
        ASSERT_FALSE(other_.join(group()));
        const in_addr by_lo{htonl(INADDR_LOOPBACK)};
        ASSERT_EQ(::setsockopt(peer_.descriptor(), IPPROTO_IP, IP_MULTICAST_IF, &by_lo, sizeof by_lo), 0);
        ASSERT_TRUE(peer_.send(data, "224.0.1.66", socket().local_port()));
    }
    void join()
        requires has_groups
    {
        ASSERT_FALSE(socket().join(group()));
    }

private:
    static net::endpoint group() { return to_endpoint("224.0.1.66%lo", 0).value(); }
    static udp_socket bound(const char* address) { return udp_socket::bind(to_endpoint(address, 0).value()).value(); }

    udp_socket other_ = bound("::");
    Under under_{bound(Bound)};
    raw_peer peer_{Peer};
};

template <typename Under>
using harnesses =
    testing::Types<socket_harness<Under, any, second_ipv4, first_ipv4>, socket_harness<Under, any, ipv6, ipv6>,
                   socket_harness<Under, any_ipv4, second_ipv4, first_ipv4>,
                   socket_harness<Under, second_ipv4, second_ipv4, first_ipv4>,
                   socket_harness<Under, ipv6, ipv6, ipv6>>;

struct names {
    template <typename Harness>
    static std::string GetName(int index) {
        constexpr const char* all[] = {"ipv4_of_all", "ipv6_of_all", "all_of_ipv4", "one_ipv4", "one_ipv6"};
        return all[index];
    }
};

}  // namespace mincoap::posix
