#include <mincoap/lwip/udp_socket.hpp>

#include <lwip/igmp.h>
#include <lwip/ip.h>
#include <lwip/mld6.h>
#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <lwip/tcpip.h>
#include <lwip/udp.h>

#if !NO_SYS && !LWIP_TCPIP_CORE_LOCKING
#error "mincoap: with an OS, the adapter needs LWIP_TCPIP_CORE_LOCKING=1"
#endif

namespace mincoap::lwip {
namespace {

using net::endpoint;
using net::status;

// Holds lwIP's core lock, which its functions require. Without an OS, there is no other thread to
// lock out.
struct core_lock {
#if NO_SYS
    core_lock() {}  // not trivial, or the compiler would warn of unused variables
#else
    core_lock() { LOCK_TCPIP_CORE(); }
    ~core_lock() { UNLOCK_TCPIP_CORE(); }
#endif
    core_lock(const core_lock&) = delete;
    core_lock& operator=(const core_lock&) = delete;
};

// The sizes of the headers that lwIP prepends, in bytes.
constexpr unsigned udp_header = 8;
constexpr unsigned ipv4_header = 20;
constexpr unsigned ipv6_header = 40;

// ---- addresses

#if LWIP_IPV4
void write(ip_addr_t& to, const byte* ipv4) {
    IP_SET_TYPE_VAL(to, IPADDR_TYPE_V4);
    copy_bytes(ipv4, 4, reinterpret_cast<byte*>(ip_2_ip4(&to)));
}
void read(const ip4_addr_t& from, endpoint& e) {
    e.address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    copy_bytes(reinterpret_cast<const byte*>(&from.addr), 4, e.address.data() + 12);
}
#endif

#if LWIP_IPV6
void write(ip_addr_t& to, const endpoint& ipv6) {
    IP_SET_TYPE_VAL(to, IPADDR_TYPE_V6);
    copy_bytes(ipv6.address.data(), 16, reinterpret_cast<byte*>(ip_2_ip6(&to)->addr));
    ip6_addr_clear_zone(ip_2_ip6(&to));
}
void read(const ip6_addr_t& from, endpoint& e) {
    copy_bytes(reinterpret_cast<const byte*>(from.addr), 16, e.address.data());
    e.interface = ip6_addr_zone(&from);
}
#endif

// Returns false if lwIP is built without the family of the address.
bool to_lwip(const endpoint& e, ip_addr_t& to) {
    if (is_ipv4(e)) {
#if LWIP_IPV4
        write(to, e.address.data() + 12);
        return true;
#endif
    } else {
#if LWIP_IPV6
        write(to, e);
        return true;
#endif
    }
    return false;
}

endpoint to_endpoint(const ip_addr_t& from, std::uint16_t port) {
    endpoint e{.port = port};
#if LWIP_IPV6
    if (IP_IS_V6_VAL(from)) read(*ip_2_ip6(&from), e);
#endif
#if LWIP_IPV4
    if (!IP_IS_V6_VAL(from)) read(*ip_2_ip4(&from), e);
#endif
    return e;
}

// Sets the zone of a scoped address. Such an address is valid on one interface only, and lwIP must
// know which.
void set_zone([[maybe_unused]] ip_addr_t& address, [[maybe_unused]] const netif* at) {
#if LWIP_IPV6
    if (IP_IS_V6_VAL(address) && at != nullptr) {
        ip6_addr_assign_zone(ip_2_ip6(&address), IP6_UNKNOWN, at);
    }
#endif
}

netif* interface_of(const endpoint& e) {
    return e.interface <= 0xff ? netif_get_by_index(static_cast<u8_t>(e.interface)) : nullptr;
}

// ---- sending

// Returns true if a later attempt may succeed. Any other error from lwIP is final.
bool is_for_now(err_t error) { return error == ERR_MEM || error == ERR_BUF; }

// Passes the datagram to lwIP. Without a local address, lwIP chooses one of the interface, or of
// the interface that routing finds.
err_t hand_over(udp_pcb* pcb, pbuf* datagram, const net::route& route) {
    ip_addr_t remote;
    ip_addr_t local;
    if (!to_lwip(route.remote, remote)) return ERR_RTE;
    netif* out = interface_of(route.local);
    set_zone(remote, out != nullptr ? out : interface_of(route.remote));
    if (is_unspecified(route.local)) {
        return out != nullptr ? udp_sendto_if(pcb, datagram, &remote, route.remote.port, out)
                              : udp_sendto(pcb, datagram, &remote, route.remote.port);
    }
    if (is_ipv4(route.local) != is_ipv4(route.remote) || !to_lwip(route.local, local)) return ERR_RTE;
    if (out == nullptr) out = ip_route(&local, &remote);
    if (out == nullptr) return ERR_RTE;
    set_zone(local, out);
    return udp_sendto_if_src(pcb, datagram, &remote, route.remote.port, out, &local);
}

// Returns true if lwIP refused the packet because the neighbour's hardware address is unknown. lwIP
// prepends the Ethernet header last. A packet that is refused without it has not reached the
// driver: lwIP has no more room to let it wait for the neighbour.
bool lacks_neighbour(const netif* out, unsigned headers, const endpoint& remote) {
    constexpr unsigned ethernet = LWIP_ETHERNET ? NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET : 0;
    const bool is_ethernet = ethernet != 0 && out != nullptr && (out->flags & ethernet) != 0;
    return is_ethernet && headers == udp_header + (is_ipv4(remote) ? ipv4_header : ipv6_header);
}

// The search for an absent neighbour takes seconds. Other clients must not wait for that, so a
// datagram to an unknown neighbour is dropped.
err_t transmit(udp_pcb* pcb, pbuf* datagram, const net::route& route) {
    const unsigned size = datagram->tot_len;
    const err_t error = hand_over(pcb, datagram, route);
    if (error != ERR_MEM) return error;
    if (lacks_neighbour(interface_of(route.local), datagram->tot_len - size, route.remote)) return ERR_RTE;
    return ERR_MEM;
}

// Returns true for a datagram that exceeds the memory even of an idle stack, or the length field of
// UDP. The heap needs up to 12 bytes of its own for each piece.
bool can_never_be_sent(std::size_t size) {
    constexpr std::size_t headers = udp_header + ipv6_header + 14;
#if !MEM_LIBC_MALLOC && !MEM_USE_POOLS
    constexpr std::size_t around =
        LWIP_MEM_ALIGN_SIZE(PBUF_TRANSPORT) + LWIP_MEM_ALIGN_SIZE(sizeof(pbuf)) + LWIP_MEM_ALIGN_SIZE(12);
    if (size + around > MEM_SIZE) return true;
#endif
    return size > 0xffff - headers;
}

// ---- receiving

// Returns true if lwIP allocated the pbuf from PBUF_POOL. A custom pbuf can claim any type.
bool is_of_pool(const pbuf* p) { return pbuf_match_allocsrc(p, PBUF_POOL) && (p->flags & PBUF_FLAG_IS_CUSTOM) == 0; }

// Returns the writable memory from the datagram's first byte on. It is empty unless the datagram is
// one piece of PBUF_POOL, whose size is known, and has no other owner.
mutable_bytes room_of(pbuf* p) {
    if (p->next != nullptr || p->ref != 1 || !is_of_pool(p)) return {};
    byte* const end =
        reinterpret_cast<byte*>(p) + LWIP_MEM_ALIGN_SIZE(sizeof(pbuf)) + LWIP_MEM_ALIGN_SIZE(PBUF_POOL_BUFSIZE);
    byte* const begin = static_cast<byte*>(p->payload);
    return {begin, end};
}

void copy_out(const pbuf* p, mutable_bytes storage, net::arrival& in) {
    in.truncated = p->tot_len > storage.size();
    in.size = in.truncated ? storage.size() : p->tot_len;
    pbuf_copy_partial(p, storage.data(), static_cast<u16_t>(in.size), 0);
}

// For IPv6, a router may have announced a smaller MTU than the link has.
unsigned mtu_of(const netif* at) {
#if LWIP_IPV6
    if (ip_current_is_v6()) return netif_mtu6(at);
#endif
    return at->mtu;
}

// Returns the size of the largest answer, in bytes, that fits one packet of the interface that a
// datagram came in by. Some interfaces have no limit, which lwIP writes as 0. The headers are those
// of the answer: the request may have any number of others.
std::uint16_t largest_answer() {
    constexpr unsigned least = net::min_lent_size;
    const unsigned headers = udp_header + (ip_current_is_v6() ? ipv6_header : ipv4_header);
    const unsigned mtu = mtu_of(ip_current_input_netif());
    if (mtu == 0) return 0xffff;
    return static_cast<std::uint16_t>(mtu > headers + least ? mtu - headers : least);
}

// Uses the interface that lwIP assigned the datagram to, which is not always the one that it came
// in by.
bool is_broadcast() { return ip_addr_isbroadcast(ip_current_dest_addr(), ip_current_netif()); }

// Returns the address that the datagram was sent to, and the interface that it came in by.
endpoint asked(std::uint16_t port) {
    endpoint e = to_endpoint(*ip_current_dest_addr(), port);
    e.interface = netif_get_index(ip_current_input_netif());
    return e;
}

}  // namespace

struct udp_socket::callbacks {
    // Implements udp_recv_fn. The callee owns the datagram. lwIP passes on datagrams to any group
    // that one of its users has joined, and all datagrams to every node. An answer to the
    // unspecified address would stay on this device.
    static void on_datagram(void* given, udp_pcb* pcb, pbuf* data, const ip_addr_t* from, u16_t port) {
        auto& socket = *static_cast<udp_socket*>(given);
        endpoint local = asked(pcb->local_port);
        const bool multicast = is_multicast(local);
        if (ip_addr_isany_val(*from) || (multicast ? !socket.has_joined(local) : is_broadcast())) {
            ++socket.ignored_;
            pbuf_free(data);
            return;
        }
        if (multicast) local.address = {};
        socket.push({data, {to_endpoint(*from, port), local}, largest_answer(), multicast});
    }
};

err_t udp_socket::bind(const endpoint& at) {
    core_lock lock;
    ip_addr_t address = *IP_ANY_TYPE;
    if (!is_unspecified(at) && !to_lwip(at, address)) return ERR_VAL;
    const netif* const only = interface_of(at);
    if (at.interface != 0 && only == nullptr) return ERR_VAL;
    if (pcb_ != nullptr) return ERR_USE;
    set_zone(address, only);

    udp_pcb* const pcb = udp_new_ip_type(IP_GET_TYPE(&address));
    if (pcb == nullptr) return ERR_MEM;
    if (const err_t error = udp_bind(pcb, &address, at.port); error != ERR_OK) return udp_remove(pcb), error;
    if (only != nullptr) udp_bind_netif(pcb, only);
    udp_recv(pcb, &callbacks::on_datagram, this);
    pcb_ = pcb;
    return ERR_OK;
}

udp_socket::~udp_socket() {
    close();
    core_lock lock;
    take_back();
}

// The caller still owns the lent memory.
void udp_socket::close() {
    if (pcb_ == nullptr) return;
    core_lock lock;
    udp_remove(pcb_);
    pcb_ = nullptr;
    while (count_ != 0) pbuf_free(pop().data);
}

// ---- groups

namespace {

err_t join_on([[maybe_unused]] netif* at, [[maybe_unused]] const ip_addr_t& group) {
#if LWIP_IPV4 && LWIP_IGMP
    if (IP_IS_V4_VAL(group)) return igmp_joingroup_netif(at, ip_2_ip4(&group));
#endif
#if LWIP_IPV6 && LWIP_IPV6_MLD
    if (IP_IS_V6_VAL(group)) return mld6_joingroup_netif(at, ip_2_ip6(&group));
#endif
    return ERR_VAL;
}

// Joins on every interface that takes groups of this family, up to the first that has no room. With
// LWIP_SINGLE_NETIF, lwIP's macro is no loop.
err_t join_on_all(const ip_addr_t& group) {
    const u8_t wanted = IP_IS_V6_VAL(group) ? NETIF_FLAG_MLD6 : NETIF_FLAG_IGMP;
    err_t joined = ERR_VAL;
    netif* at;
    NETIF_FOREACH(at) {
        if ((at->flags & wanted) != 0 && joined != ERR_MEM) joined = join_on(at, group);
    }
    return joined;
}

}  // namespace

err_t udp_socket::join(const endpoint& group) {
    core_lock lock;
    ip_addr_t address;
    if (!is_multicast(group) || !to_lwip(group, address)) return ERR_VAL;
    const membership wanted{group.address, static_cast<std::uint8_t>(group.interface)};
    membership* const place = place_for(wanted);
    netif* const at = interface_of(group);
    if (group.interface != 0 && at == nullptr) return ERR_VAL;
    if (place == nullptr) return ERR_MEM;
    const err_t joined = at == nullptr ? join_on_all(address) : join_on(at, address);
    if (joined == ERR_OK) *place = wanted;
    return joined;
}

// Returns the place of a group that is already joined, else a free one; null if there is none. The
// place of a removed interface is free.
udp_socket::membership* udp_socket::place_for(const membership& group) {
    membership* free = nullptr;
    for (membership& m : groups_) {
        if (m == group) return &m;
        if (m == membership{} || (m.interface != 0 && netif_get_by_index(m.interface) == nullptr)) free = &m;
    }
    return free;
}

bool udp_socket::has_joined(const endpoint& group) const {
    for (const membership& m : groups_)  // NOLINT(readability-use-anyofallof): <algorithm> is large for firmware
        if (m.address == group.address && (m.interface == 0 || m.interface == group.interface)) return true;
    return false;
}

// ---- datagrams in

void udp_socket::push(const waiting& datagram) {
    if (count_ == depth) {
        pbuf_free(datagram.data);
        ++dropped_;
        return;
    }
    waiting_[(first_ + count_) % depth] = datagram;
    ++count_;
    if (on_arrival != nullptr) on_arrival(*this);
}

// Returns the oldest datagram, which the caller must free. The reference is valid until the next
// `push`.
const udp_socket::waiting& udp_socket::pop() {
    const waiting& oldest = waiting_[first_];
    first_ = (first_ + 1) % depth;
    --count_;
    return oldest;
}

status udp_socket::receive(mutable_bytes& buffer, net::arrival& in) {
    core_lock lock;
    take_back();
    if (count_ == 0) return status::would_block;
    const waiting& next = pop();
    in.route = next.route;
    in.multicast = next.multicast;
    const std::size_t most = buffer.size() < next.largest ? buffer.size() : next.largest;
    if (lend(next.data, buffer, most)) {
        in.size = next.data->len;
        in.truncated = false;
    } else {
        copy_out(next.data, buffer, in);
        buffer = buffer.first(in.size > most ? in.size : most);
        pbuf_free(next.data);
    }
    return status::done;
}

// Lends the datagram in place. Returns false if there is too little space. The sender decides where
// in its pbuf a datagram ends: extension headers of IPv6 can leave no space after it.
bool udp_socket::lend(pbuf* datagram, mutable_bytes& buffer, std::size_t most) {
    const mutable_bytes room = room_of(datagram);
    const std::size_t size = room.size() < most ? room.size() : most;
    if (size < net::min_lent_size || datagram->len > most) return false;
    buffer = room.first(size);
    lent_ = datagram;
    return true;
}

void udp_socket::take_back() {
    if (lent_ != nullptr) pbuf_free(lent_);
    lent_ = nullptr;
}

// ---- datagrams out

status udp_socket::send(bytes datagram, const net::route& route) {
    core_lock lock;
    if (pcb_ == nullptr) return take_back(), status::failed;
    const err_t error = is_lent(datagram) ? send_lent(datagram, route) : send_copy(datagram, route);
    if (is_for_now(error)) return status::would_block;
    take_back();
    return status::done;
}

// Returns true if a datagram lies in the lent memory, which is one pbuf of PBUF_POOL.
bool udp_socket::is_lent(bytes datagram) const {
    const auto begin = reinterpret_cast<std::uintptr_t>(lent_);
    const auto at = reinterpret_cast<std::uintptr_t>(datagram.data());
    return lent_ != nullptr && at - begin < LWIP_MEM_ALIGN_SIZE(sizeof(pbuf)) + LWIP_MEM_ALIGN_SIZE(PBUF_POOL_BUFSIZE);
}

// lwIP leaves its headers in front of a datagram that it refuses, so each attempt starts from the
// datagram alone. If there is no space for the headers (ERR_BUF), a copy has it.
err_t udp_socket::send_lent(bytes datagram, const net::route& route) {
    lent_->payload = const_cast<byte*>(datagram.data());
    lent_->len = lent_->tot_len = static_cast<u16_t>(datagram.size());
    const err_t error = transmit(pcb_, lent_, route);
    return error == ERR_BUF ? send_copy(datagram, route) : error;
}

err_t udp_socket::send_copy(bytes datagram, const net::route& route) {
    if (can_never_be_sent(datagram.size())) return ERR_VAL;
    const auto size = static_cast<u16_t>(datagram.size());
    pbuf* const copy = pbuf_alloc(PBUF_TRANSPORT, size, PBUF_RAM);
    if (copy == nullptr) return ERR_MEM;
    copy_bytes(datagram.data(), size, static_cast<byte*>(copy->payload));
    const err_t error = transmit(pcb_, copy, route);
    pbuf_free(copy);
    return error;
}

}  // namespace mincoap::lwip
