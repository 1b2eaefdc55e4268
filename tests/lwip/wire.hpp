// An lwIP stack in this process, and the far end of its wire: a peer that makes its own packets and reads those of
// lwIP, and shares no code with it. A test decides when each packet goes in and out.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include <mincoap/net/udp_socket.hpp>

struct netif;
struct pbuf;

namespace mincoap::lwip {

using packet = std::vector<byte>;

struct datagram {
    net::endpoint from;
    net::endpoint to;
    packet data;
};

// An IP packet with UDP in it, or nothing if there is a fault in a header or a checksum.
std::optional<datagram> parse(const packet& ip);
packet make(const datagram& d);

// An IPv6 packet with Destination Options (RFC 8200 §4.6) of so many bytes, a multiple of 8, which are padding alone.
packet with_padding(packet ipv6, std::size_t size);

// An interface of lwIP's with two addresses of each family, and a link that carries IP packets as they are. There are
// two, for the life of the process; and a third one, of Ethernet, which shows what is sent without the header of the
// frame, and lets IP packets in as if they had been in one.
class wire {
public:
    static wire& number(int index);

    // 192.0.2.n, 2001:db8::n and fe80::n on the first wire; 198.51.100.n and so on the second one, 203.0.113.n on the
    // third one. IPv4 has n = 1 only.
    net::endpoint ipv4(byte last, std::uint16_t port) const;
    net::endpoint ipv6(byte last, std::uint16_t port) const;
    net::endpoint link_local(byte last, std::uint16_t port) const;
    std::uint32_t interface() const;

    // Lets a packet in; lwIP is done with it when this returns. In pieces: in a chain of pbufs of this size.
    void put(const packet& ip, std::size_t piece = 0);
    void put(pbuf* ip);

    // Has lwIP know the hardware address of a host of IPv4: on Ethernet, where it would have to ask.
    void introduce(const net::endpoint& host);

    // The packets that lwIP sent, the oldest first.
    std::optional<packet> take();
    std::optional<datagram> take_datagram();
    void clear();

    // What the link carries as one packet: of IPv6, less if a router says so.
    void set_mtu(std::uint16_t mtu, std::uint16_t of_ipv6);

    // Has the interface down, or up again; removes it, and adds it anew, with its addresses and without groups.
    void set_up(bool up);
    void make_anew();

    int refusals = 0;          // so many packets that lwIP sends next are refused for lack of memory
    std::uint16_t headroom{};  // bytes before a packet that is let in, where the header of its frame was

    // For lwIP.
    int send(pbuf* ip);

private:
    explicit wire(int index);
    void add();

    int index_;
    netif* netif_;
    std::deque<packet> sent_;
};

// lwIP finds no memory while one of these lives.
struct out_of_memory {
    out_of_memory();
    ~out_of_memory();
};

}  // namespace mincoap::lwip
