#include "neighbours.hpp"

#include <cerrno>
#include <cstring>
#include <optional>

#include <linux/neighbour.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>

#include "rtnetlink.hpp"

namespace mincoap::posix {
namespace {

// An address in the form that the kernel's tables use, by its family.
struct family_address {
    byte family;
    unsigned short size;
    byte data[16];
};

family_address address_of(const net::endpoint& e) {
    family_address a{AF_INET6, 16, {}};
    if (is_ipv4(e)) a = {AF_INET, 4, {}};
    std::memcpy(a.data, e.address.data() + (16 - a.size), a.size);
    return a;
}

struct hop {
    family_address address;
    std::uint32_t interface = 0;
};

// Returns 0, or the error of the kernel's answer.
template <typename Body>
int ask(int kernel, rtnetlink_message<Body>& m) {
    if (::send(kernel, &m, m.header.nlmsg_len, 0) < 0) return errno;
    if (!m.receive(kernel)) return EPROTO;
    if (m.header.nlmsg_type != NLMSG_ERROR) return 0;
    int negative;
    std::memcpy(&negative, &m.body, sizeof negative);  // nlmsgerr begins with it
    return -negative;
}

// Returns the IPv6 next hop of a route for IPv4 (RFC 5549).
std::optional<family_address> via(const byte* value) {
    rtvia head;
    std::memcpy(&head, value, sizeof head);
    if (head.rtvia_family != AF_INET6) return std::nullopt;
    family_address a{AF_INET6, 16, {}};
    std::memcpy(a.data, value + sizeof head, a.size);
    return a;
}

// Returns the hop that the route leads to: a gateway, or the peer itself.
std::optional<hop> hop_in(const rtnetlink_message<rtmsg>& route, const family_address& peer) {
    const byte* const interface = route.find(RTA_OIF, sizeof(std::uint32_t));
    if (route.body.rtm_type != RTN_UNICAST || interface == nullptr) return std::nullopt;
    hop next{peer};
    std::memcpy(&next.interface, interface, sizeof next.interface);
    if (const byte* const gateway = route.find(RTA_GATEWAY, peer.size))
        std::memcpy(next.address.data, gateway, peer.size);
    if (const byte* const other = route.find(RTA_VIA, sizeof(rtvia) + sizeof(in6_addr))) {
        const auto address = via(other);
        if (!address) return std::nullopt;
        next.address = *address;
    }
    return next;
}

// Looks up the route to a peer. Returns false if there is none.
bool find_route(int kernel, const net::route& route, std::uint32_t interface, rtnetlink_message<rtmsg>& m) {
    const family_address peer = address_of(route.remote);
    const family_address here = address_of(route.local);
    m.begin(RTM_GETROUTE);
    m.body.rtm_family = peer.family;
    m.body.rtm_dst_len = static_cast<byte>(peer.size * 8);
    m.add(RTA_DST, peer.data, peer.size);
    if (!is_unspecified(route.local) && here.family == peer.family) {
        m.body.rtm_src_len = static_cast<byte>(here.size * 8);
        m.add(RTA_SRC, here.data, here.size);
    }
    if (interface != 0) m.add(RTA_OIF, &interface, sizeof interface);
    return ask(kernel, m) == 0 && m.header.nlmsg_type == RTM_NEWROUTE;
}

// Returns no hop if there is no route, or if the route needs no neighbour, such as a local one.
std::optional<hop> next_hop(int kernel, const net::route& route, std::uint32_t interface) {
    rtnetlink_message<rtmsg> m;
    if (!find_route(kernel, route, interface, m)) return std::nullopt;
    return hop_in(m, address_of(route.remote));
}

// Returns false for tun, ppp, lo and the like: they have only one receiver, at the other end.
bool has_link_layer_addresses(int kernel, std::uint32_t interface) {
    ifreq about{};
    about.ifr_ifindex = static_cast<int>(interface);
    if (::ioctl(kernel, SIOCGIFNAME, &about) != 0 || ::ioctl(kernel, SIOCGIFFLAGS, &about) != 0) return false;
    return (about.ifr_flags & (IFF_NOARP | IFF_LOOPBACK | IFF_POINTOPOINT)) == 0;
}

// Returns true if the neighbour's link-layer address is known. Linux before 5.0 cannot be asked
// about a single neighbour. The answer is then true.
bool has_address(int kernel, const hop& next) {
    rtnetlink_message<ndmsg> m;
    m.begin(RTM_GETNEIGH);
    m.body.ndm_family = next.address.family;
    m.body.ndm_ifindex = static_cast<int>(next.interface);
    m.add(NDA_DST, next.address.data, next.address.size);
    const int error = ask(kernel, m);
    if (error != 0) return error != ENOENT;
    constexpr unsigned known = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE;
    return (m.body.ndm_state & known) != 0;
}

}  // namespace

bool can_be_reached(int kernel, const net::route& route, std::uint32_t interface) {
    if (kernel < 0) return true;
    const auto next = next_hop(kernel, route, interface);
    return !next || !has_link_layer_addresses(kernel, next->interface) || has_address(kernel, *next);
}

bool is_of_this_host(int kernel, const net::endpoint& at) {
    rtnetlink_message<rtmsg> m;
    const std::uint32_t interface = is_ipv4(at) ? 0 : at.interface;
    return kernel >= 0 && find_route(kernel, {.remote = at, .local = {}}, interface, m) && m.body.rtm_type == RTN_LOCAL;
}

}  // namespace mincoap::posix
