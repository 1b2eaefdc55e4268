#include <mincoap/conformance/udp_socket_conformance.hpp>

#include <thread>

#include <mincoap/posix/udp_socket.hpp>

#include "raw_peer.hpp"

namespace mincoap::posix {
namespace {

constexpr char any[] = "::";
constexpr char any_ipv4[] = "0.0.0.0";
constexpr char first_ipv4[] = "127.0.0.1";
constexpr char second_ipv4[] = "127.0.0.2";
constexpr char ipv6[] = "::1";

// Server and peer have addresses of the loopback interface. The server binds to `Bound`.
template <const char* Bound, const char* Asked, const char* Peer>
class posix_harness {
    // A socket bound to a single address receives no multicast.
    static constexpr bool has_groups = Peer == first_ipv4 && Bound != second_ipv4;

public:
    static constexpr std::size_t too_large = 65536;  // more than UDP's length field can express

    auto& socket() { return socket_; }
    net::endpoint asked() const { return to_endpoint(Asked, socket_.local_port()).value(); }
    net::endpoint peer() const { return peer_.here(); }

    // The discard port, on which no program listens.
    net::endpoint dead_peer() const { return to_endpoint(Peer, 9).value(); }
    void settle() const { std::this_thread::sleep_for(std::chrono::milliseconds(5)); }

    void deliver(bytes data) {
        ASSERT_TRUE(peer_.send(data, Asked, socket_.local_port()));
        ASSERT_TRUE(socket_.wait(2000));
    }
    std::optional<conformance::taken> take() const {
        auto next = peer_.take();
        if (!next) return {};
        return conformance::taken{std::move(next->data), next->from};
    }

    // The loopback interface has no IPv6 groups. The datagram arrives at a joined socket before `send` returns.
    void deliver_to_group(bytes data)
        requires has_groups
    {
        ASSERT_FALSE(other_.join(group()));
        const in_addr by_lo{htonl(INADDR_LOOPBACK)};
        ASSERT_EQ(::setsockopt(peer_.descriptor(), IPPROTO_IP, IP_MULTICAST_IF, &by_lo, sizeof by_lo), 0);
        ASSERT_TRUE(peer_.send(data, "224.0.1.66", socket_.local_port()));
    }
    void join()
        requires has_groups
    {
        ASSERT_FALSE(socket_.join(group()));
    }

private:
    static net::endpoint group() { return to_endpoint("224.0.1.66%lo", 0).value(); }

    udp_socket other_ = udp_socket::bind(to_endpoint("::", 0).value()).value();
    udp_socket socket_ = udp_socket::bind(to_endpoint(Bound, 0).value()).value();
    raw_peer peer_{Peer};
};

using harnesses = testing::Types<posix_harness<any, second_ipv4, first_ipv4>, posix_harness<any, ipv6, ipv6>,
                                 posix_harness<any_ipv4, second_ipv4, first_ipv4>,
                                 posix_harness<second_ipv4, second_ipv4, first_ipv4>, posix_harness<ipv6, ipv6, ipv6>>;

struct names {
    template <typename Harness>
    static std::string GetName(int index) {
        constexpr const char* all[] = {"ipv4_of_all", "ipv6_of_all", "all_of_ipv4", "one_ipv4", "one_ipv6"};
        return all[index];
    }
};

}  // namespace
}  // namespace mincoap::posix

namespace mincoap::conformance {
INSTANTIATE_TYPED_TEST_SUITE_P(posix, udp_socket_conformance, posix::harnesses, posix::names);
}
