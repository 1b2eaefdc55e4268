#include "wire.hpp"

#include <atomic>
#include <cstdlib>
#include <future>
#include <memory>
#include <numeric>

#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/init.h>
#include <lwip/ip.h>
#include <lwip/mld6.h>
#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <lwip/sys.h>
#include <lwip/tcpip.h>

namespace {
std::atomic<bool> is_out_of_memory{false};
}  // namespace

extern "C" void* lwip_test_malloc(size_t size) { return is_out_of_memory ? nullptr : std::malloc(size); }

#if NO_SYS
extern "C" u32_t sys_now() { return 0; }
#endif

namespace mincoap::lwip {
namespace {

using net::endpoint;

constexpr byte udp = 17;

// ---- packets, RFC 791, RFC 8200 and RFC 768

void append16(packet& to, std::size_t value) {
    to.push_back(static_cast<byte>(value >> 8));
    to.push_back(static_cast<byte>(value));
}
std::size_t at16(const packet& from, std::size_t offset) { return from[offset] * 256U + from[offset + 1]; }
void append(packet& to, bytes data) { to.insert(to.end(), data.begin(), data.end()); }

// RFC 1071, over 16-bit words.
std::uint16_t checksum(packet data) {
    if (data.size() % 2 != 0) data.push_back(0);
    std::size_t sum = 0;
    for (std::size_t i = 0; i < data.size(); i += 2) sum += at16(data, i);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

bytes address_bytes(const endpoint& e) { return bytes{e.address}.subspan(is_ipv4(e) ? 12 : 0); }

// Returns the bytes that UDP's checksum covers: both addresses, the protocol, the length, and the whole datagram.
packet with_pseudo_header(const endpoint& from, const endpoint& to, bytes segment) {
    packet all;
    append(all, address_bytes(from));
    append(all, address_bytes(to));
    append16(all, udp);
    append16(all, segment.size());
    append(all, segment);
    return all;
}

packet make_udp(const datagram& d) {
    packet segment;
    append16(segment, d.from.port);
    append16(segment, d.to.port);
    append16(segment, d.data.size() + 8);
    append16(segment, 0);
    append(segment, d.data);
    std::uint16_t sum = checksum(with_pseudo_header(d.from, d.to, segment));
    if (sum == 0) sum = 0xffff;
    segment[6] = static_cast<byte>(sum >> 8);
    segment[7] = static_cast<byte>(sum);
    return segment;
}

packet ip_header(const endpoint& from, const endpoint& to, std::size_t size) {
    packet header;
    if (!is_ipv4(from)) {
        header = {0x60, 0, 0, 0};
        append16(header, size);
        append(header, std::array<byte, 2>{udp, 64});
    } else {
        header = {0x45, 0};
        append16(header, size + 20);
        append(header, std::array<byte, 8>{0, 0, 0, 0, 64, udp, 0, 0});
    }
    append(header, address_bytes(from));
    append(header, address_bytes(to));
    if (is_ipv4(from)) {
        const std::uint16_t sum = checksum(header);
        header[10] = static_cast<byte>(sum >> 8);
        header[11] = static_cast<byte>(sum);
    }
    return header;
}

endpoint endpoint_at(const packet& ip, std::size_t offset, bool ipv4) {
    endpoint e = net::ipv4(0, 0, 0, 0, 0);
    copy_bytes(ip.data() + offset, ipv4 ? 4 : 16, e.address.data() + (ipv4 ? 12 : 0));
    return e;
}

bool has_header(const packet& ip) {
    if (ip.size() < 28) return false;
    if (ip[0] == 0x45) return at16(ip, 2) == ip.size() && ip[9] == udp && checksum({ip.begin(), ip.begin() + 20}) == 0;
    return ip[0] >> 4 == 6 && ip.size() >= 48 && at16(ip, 4) + 40 == ip.size() && ip[6] == udp;
}

// ---- lwIP's side

wire& of(netif* at) { return *static_cast<wire*>(at->state); }

err_t output_ipv4(netif* at, pbuf* p, const ip4_addr_t*) { return static_cast<err_t>(of(at).send(p)); }
err_t output_ipv6(netif* at, pbuf* p, const ip6_addr_t*) { return static_cast<err_t>(of(at).send(p)); }

err_t init(netif* at) {
    at->name[0] = at->name[1] = 'w';
    at->mtu = 1500;
    at->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_IGMP | NETIF_FLAG_MLD6;
    at->output = output_ipv4;
    at->output_ip6 = output_ipv6;
    return ERR_OK;
}

// It leaves the frame unchanged, as a driver must.
err_t output_frame(netif* at, pbuf* frame) {
    pbuf* const packet = pbuf_clone(PBUF_RAW, PBUF_RAM, frame);
    pbuf_remove_header(packet, SIZEOF_ETH_HDR);
    const int error = of(at).send(packet);
    pbuf_free(packet);
    return static_cast<err_t>(error);
}

err_t init_ethernet(netif* at) {
    init(at);
    at->flags = static_cast<u8_t>(at->flags | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET);
    at->hwaddr_len = ETH_HWADDR_LEN;
    at->linkoutput = output_frame;
    at->output = etharp_output;
    at->output_ip6 = ethip6_output;
    return ERR_OK;
}

#if NO_SYS
constexpr netif_input_fn input = ip_input;
void start() { lwip_init(); }
void settle() {}
template <typename Do>
void locked(const Do& act) {
    act();
}
#else
err_t input(pbuf* p, netif* at) { return tcpip_inpkt(p, at, ip_input); }
void start() {
    std::promise<void> started;
    tcpip_init([](void* done) { static_cast<std::promise<void>*>(done)->set_value(); }, &started);
    started.get_future().wait();
}
// Waits until lwIP's thread has done all its earlier work.
void settle() {
    std::promise<void> reached;
    tcpip_callback([](void* done) { static_cast<std::promise<void>*>(done)->set_value(); }, &reached);
    reached.get_future().wait();
}
template <typename Do>
void locked(const Do& act) {
    LOCK_TCPIP_CORE();
    act();
    UNLOCK_TCPIP_CORE();
}
#endif

void add_ipv6(netif* at, const endpoint& e) {
    ip6_addr_t address;
    copy_bytes(e.address.data(), 16, reinterpret_cast<byte*>(address.addr));
    ip6_addr_clear_zone(&address);
    ip6_addr_assign_zone(&address, IP6_UNICAST, at);
    s8_t slot = -1;
    LWIP_ASSERT("room for the address", netif_add_ip6_address(at, &address, &slot) == ERR_OK);
    netif_ip6_addr_set_state(at, slot, IP6_ADDR_PREFERRED);
}

pbuf* pbuf_of(const packet& ip, std::size_t piece, u16_t headroom) {
    if (piece == 0) piece = ip.size();
    pbuf* chain = nullptr;
    for (std::size_t at = 0; at < ip.size(); at += piece) {
        const auto size = static_cast<u16_t>(std::min(piece, ip.size() - at));
        pbuf* const next = pbuf_alloc(PBUF_RAW, static_cast<u16_t>(headroom + size), PBUF_POOL);
        pbuf_remove_header(next, headroom);
        pbuf_take(next, ip.data() + at, size);
        if (chain == nullptr) chain = next;
        else pbuf_cat(chain, next);
    }
    return chain;
}

}  // namespace

packet make(const datagram& d) {
    const packet segment = make_udp(d);
    packet ip = ip_header(d.from, d.to, segment.size());
    append(ip, segment);
    return ip;
}

packet with_padding(packet ipv6, std::size_t size) {
    packet options{udp, static_cast<byte>(size / 8 - 1)};
    while (options.size() < size) {
        const std::size_t data = std::min<std::size_t>(size - options.size() - 2, 255);
        append(options, std::array<byte, 2>{1, static_cast<byte>(data)});  // PadN
        options.resize(options.size() + data);
    }
    const std::size_t payload = at16(ipv6, 4) + size;
    ipv6[4] = static_cast<byte>(payload >> 8);
    ipv6[5] = static_cast<byte>(payload);
    ipv6[6] = 60;
    ipv6.insert(ipv6.begin() + 40, options.begin(), options.end());
    return ipv6;
}

std::optional<datagram> parse(const packet& ip) {
    if (!has_header(ip)) return {};
    const bool ipv4 = ip[0] == 0x45;
    const std::size_t begin = ipv4 ? 20 : 40;
    datagram d{endpoint_at(ip, ipv4 ? 12 : 8, ipv4), endpoint_at(ip, ipv4 ? 16 : 24, ipv4), {}};
    const bytes segment = bytes{ip}.subspan(begin);
    if (checksum(with_pseudo_header(d.from, d.to, segment)) != 0 || at16(ip, begin + 4) != segment.size()) return {};
    d.from.port = static_cast<std::uint16_t>(at16(ip, begin));
    d.to.port = static_cast<std::uint16_t>(at16(ip, begin + 2));
    d.data.assign(segment.begin() + 8, segment.end());
    return d;
}

wire& wire::number(int index) {
    static const bool started = (start(), true);
    // Never destroyed: lwIP's thread sends through them until the process has ended.
    static wire* const all[] = {new wire{0}, new wire{1}, new wire{2}};
    return *all[started ? index : 0];
}

wire::wire(int index) : index_(index), netif_(new netif{}) {
    locked([this] { add(); });
    clear();
}

void wire::add() {
    ip4_addr_t address, mask, gateway{};
    copy_bytes(ipv4(1, 0).address.data() + 12, 4, reinterpret_cast<byte*>(&address));
    IP4_ADDR(&mask, 255, 255, 255, 0);
    netif_add(netif_, &address, &mask, &gateway, this, index_ == 2 ? init_ethernet : init, input);
    netif_set_link_up(netif_);
    netif_set_up(netif_);
    for (const byte last : {byte{1}, byte{2}}) add_ipv6(netif_, ipv6(last, 0));
    add_ipv6(netif_, link_local(1, 0));
    if (index_ == 0) netif_set_default(netif_);
}

void wire::set_up(bool up) {
    locked([this, up] { up ? netif_set_up(netif_) : netif_set_down(netif_); });
}

void wire::make_anew() {
    locked([this] {
        netif_remove(netif_);
        *netif_ = {};
        add();
    });
    clear();
}

net::endpoint wire::ipv4(byte last, std::uint16_t port) const {
    return index_ == 0   ? net::ipv4(192, 0, 2, last, port)
           : index_ == 1 ? net::ipv4(198, 51, 100, last, port)
                         : net::ipv4(203, 0, 113, last, port);
}
net::endpoint wire::ipv6(byte last, std::uint16_t port) const {
    endpoint e{.address{0x20, 0x01, 0x0d, 0xb8, 0, static_cast<byte>(index_)}, .port = port};
    e.address[15] = last;
    return e;
}
net::endpoint wire::link_local(byte last, std::uint16_t port) const {
    endpoint e{.address{0xfe, 0x80}, .interface = interface(), .port = port};
    e.address[15] = last;
    return e;
}
std::uint32_t wire::interface() const { return netif_get_index(netif_); }

void wire::put(const packet& ip, std::size_t piece) { put(pbuf_of(ip, piece, headroom)); }
void wire::put(pbuf* ip) {
    if (netif_->input(ip, netif_) != ERR_OK) pbuf_free(ip);
    settle();
}

void wire::introduce(const net::endpoint& host) {
    ip4_addr_t address;
    copy_bytes(host.address.data() + 12, 4, reinterpret_cast<byte*>(&address));
    eth_addr hardware{{2, 0, 0, 0, 0, host.address[15]}};
    locked([&] { etharp_add_static_entry(&address, &hardware); });
}

void wire::set_mtu(std::uint16_t mtu, std::uint16_t of_ipv6) {
    locked([&] {
        netif_->mtu = mtu;
        netif_->mtu6 = of_ipv6;
    });
}

void wire::clear() {
    sent_.clear();
    refusals = 0;
    headroom = 14;
    set_mtu(1500, 1500);
}

std::optional<packet> wire::take() {
    if (sent_.empty()) return {};
    packet next = std::move(sent_.front());
    sent_.pop_front();
    return next;
}

std::optional<datagram> wire::take_datagram() {
    while (auto next = take())
        if (auto d = parse(*next)) return d;
    return {};
}

int wire::send(pbuf* ip) {
    if (refusals > 0) return --refusals, ERR_MEM;
    packet& copy = sent_.emplace_back(ip->tot_len);
    pbuf_copy_partial(ip, copy.data(), ip->tot_len, 0);
    return ERR_OK;
}

out_of_memory::out_of_memory() { is_out_of_memory = true; }
out_of_memory::~out_of_memory() { is_out_of_memory = false; }

}  // namespace mincoap::lwip
