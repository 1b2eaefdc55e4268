// lwIP on the board's interfaces, with the addresses that the board's options give:
//
//   ip=192.0.2.1/24     an address of IPv4; a second one is an alias of the first interface, in the same network.
//                       Without it: 10.0.2.15/24.
//   gw=192.0.2.254      the router of IPv4. Without it: 10.0.2.2, or none if there is an ip=.
//   ip6=2001:db8::1     an address of IPv6, besides the link-local one and those that routers announce
//
// They apply to the interface named before them by if=0, if=1 and so on, at first to if=0.
#pragma once

#include <mincoap/net/endpoint.hpp>

namespace firmware::network {

void start();

// Passes at most one received frame per interface to lwIP. Returns false if there was none.
bool feed();

// Returns true if `remote` is an address in the network of an interface. `interface` is the index of the interface that
// received the request. A proper router drops packets from outside with such a source address (RFC 2827). A router of
// another interface does not, because it does not know this network.
bool is_neighbour(const mincoap::net::endpoint& remote, std::uint32_t interface);

// Runs the timers of lwIP. Call it at least every 100 ms.
void run_timers();

}  // namespace firmware::network
