// Endpoints in the form that the kernel's calls use.
#pragma once

#include <cstring>

#include <netinet/in.h>
#include <sys/socket.h>

#include <mincoap/net/udp_socket.hpp>

namespace mincoap::posix {

inline constexpr byte mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// fe80::/10 (RFC 4291 §2.4), 169.254.0.0/16 (RFC 3927): addresses that are valid on one link only.
inline bool is_link_local_ipv6(const net::endpoint& e) { return e.address[0] == 0xfe && (e.address[1] & 0xc0) == 0x80; }
inline bool is_link_local_ipv4(const net::endpoint& e) { return e.address[12] == 169 && e.address[13] == 254; }

inline void set_ipv4(net::endpoint& e, const in_addr& address) {
    std::memcpy(e.address.data(), mapped_prefix, sizeof mapped_prefix);
    std::memcpy(e.address.data() + sizeof mapped_prefix, &address, sizeof address);
}
inline void set_ipv6(net::endpoint& e, const in6_addr& address) {
    std::memcpy(e.address.data(), &address, sizeof address);
}

inline in_addr ipv4_of(const net::endpoint& e) {
    in_addr address;
    std::memcpy(&address, e.address.data() + sizeof mapped_prefix, sizeof address);
    return address;
}
inline in6_addr ipv6_of(const net::endpoint& e) {
    in6_addr address;
    std::memcpy(&address, e.address.data(), sizeof address);
    return address;
}

// Compare words, because they are called for every datagram.
inline bool is_same_address(const net::endpoint& a, const net::endpoint& b) {
    std::uint64_t of_a[2];
    std::uint64_t of_b[2];
    std::memcpy(of_a, a.address.data(), sizeof of_a);
    std::memcpy(of_b, b.address.data(), sizeof of_b);
    return ((of_a[0] ^ of_b[0]) | (of_a[1] ^ of_b[1])) == 0;
}
inline bool is_same(const net::endpoint& a, const net::endpoint& b) {
    return is_same_address(a, b) && a.port == b.port && a.interface == b.interface;
}
inline bool is_same(const net::route& a, const net::route& b) {
    return is_same(a.remote, b.remote) && is_same(a.local, b.local);
}

// A socket of IPv6 uses the mapped form of IPv4 addresses (RFC 3493 §3.7), as an endpoint does.
union socket_address {
    sockaddr any;
    sockaddr_in ipv4;
    sockaddr_in6 ipv6;
};

inline socklen_t write(socket_address& to, const net::endpoint& e, bool ipv6) {
    if (!ipv6) {
        to.ipv4 = {.sin_family = AF_INET, .sin_port = htons(e.port), .sin_addr = ipv4_of(e), .sin_zero = {}};
        return sizeof to.ipv4;
    }
    to.ipv6 = {.sin6_family = AF_INET6,
               .sin6_port = htons(e.port),
               .sin6_flowinfo = 0,
               .sin6_addr = ipv6_of(e),
               .sin6_scope_id = e.interface};
    return sizeof to.ipv6;
}

inline void read(const socket_address& from, net::endpoint& e) {
    if (from.any.sa_family == AF_INET6) {
        set_ipv6(e, from.ipv6.sin6_addr);
        e.interface = from.ipv6.sin6_scope_id;
        e.port = ntohs(from.ipv6.sin6_port);
    } else {
        set_ipv4(e, from.ipv4.sin_addr);
        e.interface = 0;
        e.port = ntohs(from.ipv4.sin_port);
    }
}

inline bool is_link_local_ipv4(const net::route& route) {
    return is_link_local_ipv4(route.remote) || is_link_local_ipv4(route.local);
}
inline bool is_link_local_ipv6(const net::route& route) {
    return is_link_local_ipv6(route.remote) || is_link_local_ipv6(route.local);
}
inline bool is_link_local(const net::route& route) {
    return is_ipv4(route.remote) ? is_link_local_ipv4(route) : is_link_local_ipv6(route);
}

// Returns true for 0.0.0.0, ::, or a group: no datagram can come from there.
inline bool is_no_sender(const net::endpoint& e) {
    if (is_ipv4(e)) return (e.address[12] & 0xf0) == 0xe0 || ipv4_of(e).s_addr == INADDR_ANY;
    return e.address[0] == 0xff || is_unspecified(e);
}

}  // namespace mincoap::posix
