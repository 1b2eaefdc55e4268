#include <mincoap/conformance/udp_socket_conformance.hpp>

#include <limits>
#include <stdexcept>

#include <mincoap/lwip/udp_socket.hpp>

#include "wire.hpp"

namespace mincoap::lwip {
namespace {

constexpr std::uint16_t port = 5683;
constexpr std::uint16_t peer_port = 40'000;

using address_of = net::endpoint (wire::*)(byte last, std::uint16_t port) const;

// The server at one of its addresses, and a peer on the same wire.
template <int Wire, address_of Address, byte Asked = 1>
class lwip_harness {
public:
    static constexpr std::size_t too_large = 65536;

    lwip_harness() {
        if (socket_.bind(port) != ERR_OK) throw std::runtime_error("the port is taken");
        wire_.clear();
    }

    auto& socket() { return socket_; }
    net::endpoint asked() const { return (wire_.*Address)(Asked, port); }
    net::endpoint peer() const { return (wire_.*Address)(9, peer_port); }
    net::endpoint dead_peer() const { return (wire_.*Address)(9, 9); }
    void deliver(bytes data) { deliver_from(peer(), asked(), data); }

    std::optional<conformance::taken> take() {
        const auto next = wire_.take_datagram();
        if (!next || next->to.address != peer().address || next->to.port != peer_port) return {};
        return conformance::taken{next->data, next->from};
    }

    void congest() { wire_.refusals = std::numeric_limits<int>::max(); }
    void relieve() { wire_.refusals = 0; }

    void deliver_to_group(bytes data) {
        if (other_.join(group()) != ERR_OK) throw std::runtime_error("no room for the group");
        deliver_from(peer(), group(), data);
    }
    void join() {
        if (socket_.join(group()) != ERR_OK) throw std::runtime_error("no room for the group");
    }

    // lwIP accepts packets from :: to solicited-node addresses only.
    void deliver_from_nowhere(bytes data) {
        if (is_ipv4(peer())) return deliver_from(net::ipv4(0, 0, 0, 0, peer_port), asked(), data);
        net::endpoint solicited{.address{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff}, .port = port};
        if (socket_.join(solicited) != ERR_OK) throw std::runtime_error("no room for the group");
        deliver_from({.port = peer_port}, solicited, data);
    }

    // Answers the datagram to the dead peer with ICMP "port unreachable" (RFC 792), or that of ICMPv6 (RFC 4443).
    void settle() {
        const auto sent = wire_.take();
        ASSERT_TRUE(sent && parse(*sent));
        wire_.put(unreachable(*sent));
    }

private:
    static packet unreachable(const packet& about);

    net::endpoint group() const {
        if (is_ipv4(peer())) return net::ipv4(224, 0, 1, 66, port);
        return {.address{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x66}, .port = port};
    }
    void deliver_from(const net::endpoint& from, const net::endpoint& to, bytes data) {
        wire_.put(make({from, to, {data.begin(), data.end()}}));
    }

    wire& wire_ = wire::number(Wire);
    udp_socket socket_;
    udp_socket other_;
};

// lwIP does not pass ICMP errors to UDP. It drops them whatever their checksum is.
template <int Wire, address_of Address, byte Asked>
packet lwip_harness<Wire, Address, Asked>::unreachable(const packet& about) {
    const bool ipv4 = about[0] == 0x45;
    const auto sent = parse(about);
    packet icmp = make({sent->to, sent->from, about});
    icmp[ipv4 ? 9 : 6] = ipv4 ? 1 : 58;
    if (ipv4) icmp[11] = static_cast<byte>(icmp[11] + 16);
    icmp[ipv4 ? 20 : 40] = ipv4 ? 3 : 1;
    icmp[ipv4 ? 21 : 41] = ipv4 ? 3 : 4;
    return icmp;
}

using harnesses =
    testing::Types<lwip_harness<0, &wire::ipv4>, lwip_harness<1, &wire::ipv4>, lwip_harness<0, &wire::ipv6, 1>,
                   lwip_harness<0, &wire::ipv6, 2>, lwip_harness<1, &wire::ipv6, 2>, lwip_harness<0, &wire::link_local>,
                   lwip_harness<1, &wire::link_local>>;

struct names {
    template <typename Harness>
    static std::string GetName(int index) {
        constexpr const char* all[] = {
            "ipv4",       "ipv4_of_second_interface",      "ipv6", "second_ipv6", "ipv6_of_second_interface",
            "link_local", "link_local_of_second_interface"};
        return all[index];
    }
};

}  // namespace
}  // namespace mincoap::lwip

namespace mincoap::conformance {
INSTANTIATE_TYPED_TEST_SUITE_P(lwip, udp_socket_conformance, lwip::harnesses, lwip::names);
}
