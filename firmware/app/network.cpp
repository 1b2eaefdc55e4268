#include "network.hpp"

#include <charconv>

#include <lwip/etharp.h>
#include <lwip/init.h>
#include <lwip/ip.h>
#include <lwip/mld6.h>
#include <lwip/netif.h>
#include <lwip/timeouts.h>
#include <netif/ethernet.h>

#include "board.hpp"
#include "words.hpp"

extern "C" u32_t sys_now() { return board::now_ms(); }
extern "C" std::uint32_t firmware_random() { return board::random(); }
extern "C" void firmware_lwip_assertion(const char* what) {
    board::print("lwIP: ");
    board::print(what);
    board::print("\n");
    board::fail();
}

namespace firmware::network {
namespace {

netif links[board::interfaces];

// An address as text ends with a null character for lwIP.
struct text {
    char characters[48] = {};

    explicit text(std::string_view from) {
        const std::string_view start = first(from, sizeof characters - 1);
        std::char_traits<char>::copy(characters, start.data(), start.size());
    }
};

// ---- a second address of IPv4: lwIP has one an interface, so it is an interface of its own on the same link

#if LWIP_ARP
netif alias;

err_t init_alias(netif* added) {
    const netif& link = links[0];
    added->mtu = link.mtu;
    added->hwaddr_len = link.hwaddr_len;
    for (unsigned i = 0; i < sizeof link.hwaddr; ++i) added->hwaddr[i] = link.hwaddr[i];
    added->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
    added->linkoutput = [](netif*, pbuf* p) { return links[0].linkoutput(&links[0], p); };
    added->output = etharp_output;
    return ERR_OK;
}

// Both interfaces need ARP packets. lwIP finds the right interface for any other packet by its address.
err_t input(pbuf* p, netif* at) {
    const auto* const header = reinterpret_cast<const eth_hdr*>(p->payload);
    if (at == &links[0] && netif_is_up(&alias) && p->len >= sizeof *header && header->type == PP_HTONS(ETHTYPE_ARP)) {
        pbuf* const copy = pbuf_clone(PBUF_RAW, PBUF_RAM, p);
        if (copy != nullptr) ethernet_input(copy, &alias);
    }
    return ethernet_input(p, at);
}
#else
constexpr netif_input_fn input = ip_input;
#endif

// ---- addresses

ip4_addr_t mask_of(unsigned prefix) { return {.addr = lwip_htonl(prefix == 0 ? 0 : 0xffff'ffffU << (32 - prefix))}; }

void bring_up(netif& at) {
    netif_set_link_up(&at);
    netif_set_up(&at);
}

void set_ipv4(netif& at, std::string_view word) {
    const auto [digits, length] = split(word, '/');
    unsigned prefix = 24;
    std::from_chars(length.data(), length.data() + length.size(), prefix);
    ip4_addr_t address{};
    ip4addr_aton(text{digits}.characters, &address);
    const ip4_addr_t mask = mask_of(prefix), none{};
#if LWIP_ARP
    if (!ip4_addr_isany_val(*netif_ip4_addr(&at))) {
        netif_add(&alias, &address, &mask, &none, nullptr, init_alias, input);
        return bring_up(alias);
    }
#endif
    netif_set_addr(&at, &address, &mask, &none);
}

void set_router(netif& at, std::string_view word) {
    ip4_addr_t address{};
    ip4addr_aton(text{word}.characters, &address);
    netif_set_gw(&at, &address);
}

#if LWIP_IPV6
void add_ipv6(netif& at, std::string_view word) {
    ip6_addr_t address{};
    if (ip6addr_aton(text{word}.characters, &address) == 1) netif_add_ip6_address(&at, &address, nullptr);
}
#endif

struct option {
    std::string_view name;
    void (*apply)(netif&, std::string_view);
};
constexpr option known[] = {
    {"ip=", set_ipv4},
    {"gw=", set_router},
#if LWIP_IPV6
    {"ip6=", add_ipv6},
#endif
};

void apply(std::string_view word, unsigned& at) {
    if (word.starts_with("if=") && word.size() == 4) at = static_cast<unsigned>(word[3] - '0') % board::interfaces;
    for (const option& o : known)
        if (word.starts_with(o.name)) o.apply(links[at], behind(word, o.name.size()));
}

void apply_options(std::string_view all) {
    unsigned at = 0;
    for (halves next = split(all, ' '); !next.before.empty(); next = split(next.after, ' ')) apply(next.before, at);
}

// ---- neighbours

// An interface without an address is in no network.
bool is_in_network(const netif& at, const mincoap::byte* ipv4) {
    if (ip4_addr_isany_val(*netif_ip4_addr(&at))) return false;
    ip4_addr_t address;
    mincoap::copy_bytes(ipv4, 4, reinterpret_cast<mincoap::byte*>(&address));
    return ip4_addr_netcmp(&address, netif_ip4_addr(&at), netif_ip4_netmask(&at));
}

// Compares prefixes of 64 bits, the length for unicast addresses (RFC 4291 §2.5.1). The interface's prefixes include
// that of link-local addresses.
bool has_prefix_of([[maybe_unused]] const netif& at, [[maybe_unused]] const mincoap::byte* ipv6) {
#if LWIP_IPV6
    for (s8_t i = 0; i < LWIP_IPV6_NUM_ADDRESSES; ++i) {
        const auto* const own = reinterpret_cast<const mincoap::byte*>(netif_ip6_addr(&at, i)->addr);
        if (ip6_addr_isvalid(netif_ip6_addr_state(&at, i)) && mincoap::equal_bytes(own, ipv6, 8)) return true;
    }
#endif
    return false;
}

void add(netif& at) {
    netif_add(&at, nullptr, nullptr, nullptr, nullptr, board::init_interface, input);
#if LWIP_IPV6
    netif_create_ip6_linklocal_address(&at, 1);
    netif_set_ip6_autoconfig_enabled(&at, 1);
#endif
    bring_up(at);
}

}  // namespace

void start() {
    lwip_init();
    for (netif& at : links) add(at);
    netif_set_default(&links[0]);
    apply_options(board::options());
    if (!ip4_addr_isany_val(*netif_ip4_addr(&links[0]))) return;
    set_ipv4(links[0], "10.0.2.15/24");
    set_router(links[0], "10.0.2.2");
}

bool feed() {
    bool fed = false;
    for (netif& at : links) fed |= board::feed(at);
    return fed;
}

bool is_neighbour(const mincoap::net::endpoint& remote, std::uint32_t interface) {
    const netif* const at = netif_get_by_index(static_cast<u8_t>(interface));
    if (at == nullptr) return false;
    const mincoap::byte* const address = remote.address.data();
    return is_ipv4(remote) ? is_in_network(*at, address + 12) : has_prefix_of(*at, address);
}

void run_timers() { sys_check_timeouts(); }

}  // namespace firmware::network
