// An lwIP stack in this process, and the far end of its wire: a peer that makes its own packets and reads those of
// lwIP. The peer shares no code with lwIP. A test decides when each packet goes in and out.
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

// Parses an IP packet with UDP in it. Returns std::nullopt if a header or a checksum is wrong.
std::optional<datagram> parse(const packet& ip);
packet make(const datagram& d);

// Adds Destination Options (RFC 8200 §4.6) of `size` bytes of padding to an IPv6 packet. `size` is a multiple of 8.
packet with_padding(packet ipv6, std::size_t size);

// An interface of lwIP with two addresses of each family, and a link that carries IP packets as they are. There are two
// of these, and a third one for Ethernet. The third one strips the header from the frames that lwIP sends, and accepts
// IP packets as if they had been in a frame. All live as long as the process.
class wire {
public:
    static wire& number(int index);

    // 192.0.2.n, 2001:db8::n and fe80::n on the first wire; 198.51.100.n and so on the second one, 203.0.113.n on the
    // third one. IPv4 has n = 1 only.
    net::endpoint ipv4(byte last, std::uint16_t port) const;
    net::endpoint ipv6(byte last, std::uint16_t port) const;
    net::endpoint link_local(byte last, std::uint16_t port) const;
    std::uint32_t interface() const;

    // Passes a packet to lwIP, which has processed it when this returns. If `piece` is not 0, the packet is a chain of
    // pbufs of that size.
    void put(const packet& ip, std::size_t piece = 0);
    void put(pbuf* ip);

    // Gives lwIP the hardware address of an IPv4 host, which it would have to ask for on Ethernet.
    void introduce(const net::endpoint& host);

    // The packets that lwIP sent, the oldest first.
    std::optional<packet> take();
    std::optional<datagram> take_datagram();
    void clear();

    // Sets the largest packet of the link in bytes. `of_ipv6` is smaller if a router announces a smaller one.
    void set_mtu(std::uint16_t mtu, std::uint16_t of_ipv6);

    // `set_up` takes the interface down, or up again. `make_anew` removes it and adds it again, with its addresses and
    // without groups.
    void set_up(bool up);
    void make_anew();

    int refusals = 0;          // the number of packets from lwIP that are refused next, for lack of memory
    std::uint16_t headroom{};  // bytes before a packet to lwIP, where the header of its frame was

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
