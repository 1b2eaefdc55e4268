// The UDP socket of an lwIP stack (2.1), on its raw API. It implements net::udp_socket.
//
//   mincoap::lwip::udp_socket socket;
//   if (socket.bind(5683) != ERR_OK) return complain();
//   for (const auto& group : mincoap::lwip::all_coap_nodes) socket.join(group);
//   mincoap::server server{socket, site, memory, mincoap::echo_guard{key}};
//
// The socket lends the server lwIP's memory: the server answers a request in the pbuf that holds
// it, without a copy.
//
// Without an OS (NO_SYS=1), call all functions from the loop that passes frames to lwIP and runs
// its timers. With an OS, call them from any thread but lwIP's own: the socket takes lwIP's core
// lock itself (LWIP_TCPIP_CORE_LOCKING=1).
//
// An answer leaves from the address that the request was sent to, on the interface that it came in
// by. A client discards a response from any other address (RFC 7252 §5.3.2).
#pragma once

#include <array>

#include <lwip/err.h>

#include <mincoap/net/udp_socket.hpp>

struct pbuf;
struct udp_pcb;

namespace mincoap::lwip {

// The groups "All CoAP Nodes" of RFC 7252 §12.8: of IPv4, and of IPv6 link-local and site-local.
// The type is written out, because GCC 12 would put an array of a deduced type into RAM.
inline constexpr std::array<net::endpoint, 3> all_coap_nodes{
    net::ipv4(224, 0, 1, 187, 0),
    net::endpoint{.address{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xfd}},
    net::endpoint{.address{0xff, 0x05, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xfd}},
};

class udp_socket {
public:
    // The number of datagrams that can wait to be received. Any more are dropped and counted.
    static constexpr std::size_t depth = 4;

    // The number of groups that a socket can join. The same group on two named interfaces counts
    // twice.
    static constexpr std::size_t max_groups = 4;

    udp_socket() = default;
    udp_socket(const udp_socket&) = delete;
    udp_socket& operator=(const udp_socket&) = delete;
    ~udp_socket();

    // Listens on `port` of one address, or of all addresses if it is unspecified. ::ffff:0.0.0.0
    // means all addresses of IPv4. If `at` names an interface (by lwIP's index), the socket
    // receives only datagrams that come in by it.
    //   ERR_USE    another socket has the port, or this one is open
    //   ERR_MEM    no udp_pcb is left: MEMP_NUM_UDP_PCB
    //   ERR_VAL    there is no such interface, or lwIP is built without the family of the address
    err_t bind(const net::endpoint& at);
    err_t bind(std::uint16_t port) { return bind(net::endpoint{.port = port}); }

    // Closes the socket and drops the datagrams that wait. The groups stay joined.
    void close();

    // Joins a group on the interface that `group` names; 0 means all interfaces. Without this call,
    // the socket receives no datagrams to the group, even if another user of this stack has joined
    // it. It never receives a broadcast. A group stays joined while an interface is down. lwIP
    // forgets the groups of an interface that is removed (netif_remove): join them again once it is
    // added.
    //   ERR_VAL    not a group, or lwIP is built without its family; no such interface, or one that
    //              takes no groups
    //   ERR_MEM    lwIP has no room for the group: MEMP_NUM_IGMP_GROUP, MEMP_NUM_MLD6_GROUP; or this
    //              socket has `max_groups`
    err_t join(const net::endpoint& group);

    // Receives the oldest datagram that waits, by the contract of net::udp_socket. The socket lends
    // the datagram in lwIP's own memory, with the rest of its pbuf after it. `buffer` becomes at
    // most as large as the storage and as one packet of the link. It is at least as large as the
    // datagram and `net::min_lent_size`.
    // The socket copies a datagram into the storage instead if it is in several pieces, as after
    // reassembly, if it is not in PBUF_POOL, if it is too large, or if its pbuf has too little
    // space after it.
    // A lent datagram does not count among the `depth` that wait.
    net::status receive(mutable_bytes& buffer, net::arrival& in);

    // Sends a datagram, by the contract of net::udp_socket.
    //   done           also if the datagram can never be sent: no route, no such address, too large; or
    //                  if lwIP has no room for it while it looks up the hardware address of the peer,
    //                  which may not exist
    //   would_block    lwIP or the driver is out of memory or of places in a queue (ERR_MEM, ERR_BUF)
    //   failed         the socket is not open
    net::status send(bytes datagram, const net::route& route);

    // Returns how many datagrams were lost because too many waited, modulo 2^32.
    std::uint32_t dropped() const { return dropped_; }

    // Returns how many datagrams the socket did not take, modulo 2^32: those to a group that it has
    // not joined or to a broadcast address, and those from the unspecified address, 0.0.0.0 or ::.
    std::uint32_t ignored() const { return ignored_; }

    // Called when a datagram has come in. Set it before `bind`. With an OS, lwIP's thread calls it,
    // so it can wake the thread that serves.
    void (*on_arrival)(udp_socket&) = nullptr;

private:
    struct waiting {
        pbuf* data;
        net::route route;
        std::uint16_t largest;  // the largest answer in one packet of the link, in bytes; at least net::min_lent_size
        bool multicast;
    };
    struct membership {
        std::array<byte, 16> address;  // all zeros if the place is free
        std::uint8_t interface;        // lwIP's index; 0 means all interfaces

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
