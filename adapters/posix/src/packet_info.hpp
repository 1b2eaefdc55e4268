// Packet information: the local address of one datagram, in a control message (RFC 3542 §6.1). Also
// the control messages for a run of datagrams in one buffer.
#pragma once

#include <cstring>

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include "socket_address.hpp"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103  // younger than some C libraries
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

namespace mincoap::posix {

template <typename Info>
const Info& info_in(const cmsghdr& header) {
    return *reinterpret_cast<const Info*>(CMSG_DATA(&header));  // aligned, by RFC 3542 §20.3
}

// The local address is the destination of the datagram, which may be a group or a broadcast
// address.

// `ipi_addr` is the destination, `ipi_spec_dst` the address to answer from. They differ for groups
// and for broadcasts, which look like any other address.
inline void read(const in_pktinfo& info, net::arrival& in) {
    in.multicast = info.ipi_addr.s_addr != info.ipi_spec_dst.s_addr;
    in.route.local.interface = static_cast<std::uint32_t>(info.ipi_ifindex);
    set_ipv4(in.route.local, info.ipi_addr);
}

inline void read(const in6_pktinfo& info, net::arrival& in) {
    in.multicast = info.ipi6_addr.s6_addr[0] == 0xff;
    in.route.local.interface = static_cast<std::uint32_t>(info.ipi6_ifindex);
    set_ipv6(in.route.local, info.ipi6_addr);
}

struct control {
    static constexpr std::size_t others = 64;  // bytes for options that a user sets, such as time stamps
    alignas(cmsghdr)
        byte room[CMSG_SPACE(sizeof(in_pktinfo)) + CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(int)) + others];

    cmsghdr& header(std::size_t at = 0) { return *reinterpret_cast<cmsghdr*>(room + at); }
};

// Returns null if there is no such message. The kernel wrote the messages, so the loop needs no
// checks like those of CMSG_NXTHDR.
inline const cmsghdr* find_message(const control& from, std::size_t size, int level, int type) {
    for (std::size_t at = 0; at + sizeof(cmsghdr) <= size;) {
        const auto& header = *reinterpret_cast<const cmsghdr*>(from.room + at);
        if (header.cmsg_level == level && header.cmsg_type == type) return &header;
        at += CMSG_ALIGN(header.cmsg_len);
    }
    return nullptr;
}

// Returns false if there is no packet information. For a datagram of IPv4, a socket of IPv6 has a
// message of each kind. Only the IPv4 message tells of broadcasts. A datagram of IPv6 that forges a
// mapped address, such as ::ffff:127.0.0.1, does not have it.
inline bool read_control(const control& from, std::size_t size, net::arrival& in) {
    const bool ipv4 = is_ipv4(in.route.remote);
    const cmsghdr* const header =
        ipv4 ? find_message(from, size, IPPROTO_IP, IP_PKTINFO) : find_message(from, size, IPPROTO_IPV6, IPV6_PKTINFO);
    if (header == nullptr) return false;
    ipv4 ? read(info_in<in_pktinfo>(*header), in) : read(info_in<in6_pktinfo>(*header), in);
    return true;
}

// Writes a control message. Returns its size without the padding behind it: the kernel allocates
// memory for more than one in6_pktinfo and its header.
template <typename Info>
std::size_t write(control& to, std::size_t at, int level, int type, const Info& info) {
    cmsghdr& header = to.header(at);
    header.cmsg_len = CMSG_LEN(sizeof info);
    header.cmsg_level = level;
    header.cmsg_type = type;
    std::memcpy(CMSG_DATA(&header), &info, sizeof info);
    return CMSG_LEN(sizeof info);
}

// For an address that is valid on one link only, the message names the interface. Otherwise the
// interface is 0, and routing decides. An unspecified local address is 0 as well. A message of
// zeros requests nothing.
inline std::size_t write_control(control& to, const net::route& route) {
    if (is_ipv4(route.remote)) {
        in_pktinfo info{};
        info.ipi_ifindex = is_link_local_ipv4(route) ? static_cast<int>(route.local.interface) : 0;
        info.ipi_spec_dst = ipv4_of(route.local);
        return write(to, 0, IPPROTO_IP, IP_PKTINFO, info);
    }
    in6_pktinfo info;
    info.ipi6_addr = ipv6_of(route.local);
    info.ipi6_ifindex = is_link_local_ipv6(route) ? route.local.interface : 0;
    return write(to, 0, IPPROTO_IPV6, IPV6_PKTINFO, info);
}

}  // namespace mincoap::posix
