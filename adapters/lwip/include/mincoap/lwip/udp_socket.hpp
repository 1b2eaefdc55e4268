// The UDP socket of an lwIP stack (2.1), on its raw API: an adapter for net::udp_socket.
//
//   mincoap::lwip::udp_socket socket;
//   if (socket.bind(5683) != ERR_OK) return complain();
//   for (const auto& group : mincoap::lwip::all_coap_nodes) socket.join(group);
//   mincoap::server server{socket, site, memory, mincoap::echo_guard{key}};
//
// It lends the server lwIP's memory: a request is answered in the pbuf that it was received in, without a copy.
//
// Without an OS (NO_SYS=1), all of it is called by the loop that feeds lwIP its frames and runs its timers. With one,
// by any thread but lwIP's own: the socket takes lwIP's core lock itself (LWIP_TCPIP_CORE_LOCKING=1).
//
// It answers from the address that was asked, on the interface that the request came by: RFC 7252 §5.3.2 has a client
// discard a response from any other.
#pragma once

#include <array>

#include <lwip/err.h>

#include <mincoap/net/udp_socket.hpp>

struct pbuf;
struct udp_pcb;

namespace mincoap::lwip {

// "All CoAP Nodes" of RFC 7252 §12.8: of IPv4; of IPv6, link-local and site-local. With the type deduced, GCC 12 would
// have it in RAM.
inline constexpr std::array<net::endpoint, 3> all_coap_nodes{
    net::ipv4(224, 0, 1, 187, 0),
    net::endpoint{.address{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xfd}},
    net::endpoint{.address{0xff, 0x05, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xfd}},
};

class udp_socket {
public:
    // So many datagrams wait to be received; what comes then is dropped, and counted.
    static constexpr std::size_t depth = 4;

    // The groups that a socket can join; one on two interfaces that are named counts twice.
    static constexpr std::size_t max_groups = 4;

    udp_socket() = default;
    udp_socket(const udp_socket&) = delete;
    udp_socket& operator=(const udp_socket&) = delete;
    ~udp_socket();

    // Listens on `port` of one address, or of all of them if it is unspecified; ::ffff:0.0.0.0 is all of IPv4. With an
    // interface (by lwIP's index), only what comes by this one is received.
    //   ERR_USE    another socket has the port, or this one is open
    //   ERR_MEM    no udp_pcb is left: MEMP_NUM_UDP_PCB
    //   ERR_VAL    there is no such interface, or the address is of a family that lwIP is built without
    err_t bind(const net::endpoint& at);
    err_t bind(std::uint16_t port) { return bind(net::endpoint{.port = port}); }

    // Drops what waits. The groups stay joined.
    void close();

    // Has the interface of the group, or with 0 all of them, take what is sent to it. Without this, the socket receives
    // nothing that is sent to a group, whoever else on this stack has joined it, and it never receives a broadcast. A
    // group stays joined while an interface is down. lwIP forgets the groups of an interface that is removed
    // (netif_remove): join them again once it is added.
    //   ERR_VAL    not a group, or of a family that lwIP is built without; no such interface, or one that takes none
    //   ERR_MEM    lwIP has no room for it: MEMP_NUM_IGMP_GROUP, MEMP_NUM_MLD6_GROUP; or this socket has `max_groups`
    err_t join(const net::endpoint& group);

    // By the contract of net::udp_socket: the oldest datagram that waits. It is lent where it lies, in lwIP's own
    // memory, with what its pbuf has behind it. `buffer` becomes no larger than the storage and than what the link
    // carries as one packet, but as large as the datagram and at least `net::min_lent_size`.
    // A datagram in several pieces, as after reassembly, one that is not in PBUF_POOL, one that is too large, and one
    // behind which its pbuf has too little room, are copied into the storage.
    // A datagram that is lent does not count among the `depth` that wait.
    net::status receive(mutable_bytes& buffer, net::arrival& in);

    // By the contract of net::udp_socket. `done` includes what can never be sent: no route, no such address, too large;
    // and what lwIP has no room for while it looks for the peer's hardware address, of which there may be none.
    // `would_block`: lwIP or the driver is out of memory, or of places in a queue (ERR_MEM, ERR_BUF).
    net::status send(bytes datagram, const net::route& route);

    // Datagrams that were lost because too many waited. Modulo 2^32.
    std::uint32_t dropped() const { return dropped_; }

    // Datagrams that the socket did not take: sent to a group that it has not joined or to a broadcast address, or from
    // the unspecified address, 0.0.0.0 or ::. Modulo 2^32.
    std::uint32_t ignored() const { return ignored_; }

    // Called when a datagram has come, if it is set before `bind`: by lwIP's thread where there is one, so that it can
    // wake the one that serves.
    void (*on_arrival)(udp_socket&) = nullptr;

private:
    struct waiting {
        pbuf* data;
        net::route route;
        std::uint16_t largest;  // what the link can carry back in one packet, in bytes; at least net::min_lent_size
        bool multicast;
    };
    struct membership {
        std::array<byte, 16> address;  // all zeros: a place that is free
        std::uint8_t interface;        // by lwIP's index; 0: all of them

        friend constexpr bool operator==(const membership&, const membership&) = default;
    };
    struct callbacks;

    bool has_joined(const net::endpoint& group) const;
    membership* place_for(const membership& group);
    void push(const waiting& datagram);
    const waiting& pop();
    bool lend(pbuf* datagram, mutable_bytes& buffer, std::size_t most);
    void take_back();
    bool is_lent(bytes datagram) const;
    err_t send_lent(bytes datagram, const net::route& route);
    err_t send_copy(bytes datagram, const net::route& route);

    udp_pcb* pcb_ = nullptr;
    std::array<waiting, depth> waiting_{};
    std::uint8_t first_ = 0;
    std::uint8_t count_ = 0;
    std::uint32_t dropped_ = 0;
    std::uint32_t ignored_ = 0;
    std::array<membership, max_groups> groups_{};
    pbuf* lent_ = nullptr;  // to the caller of `receive`
};
static_assert(net::lending_socket<udp_socket>);

}  // namespace mincoap::lwip
