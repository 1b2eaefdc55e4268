// lwIP on the board's interfaces, with the addresses that the board's options give:
//
//   ip=192.0.2.1/24     an address of IPv4; a second one is an alias of the first interface, in the same network.
//                       Without it: 10.0.2.15/24.
//   gw=192.0.2.254      the router of IPv4. Without it: 10.0.2.2, or none if there is an ip=.
//   ip6=2001:db8::1     an address of IPv6, besides the link-local one and what routers announce
//
// They are of the interface named before them by if=0, if=1 and so on, in the beginning if=0.
#pragma once

#include <mincoap/net/endpoint.hpp>

namespace firmware::network {

void start();

// Gives lwIP a frame that each interface received. False if there was none.
bool feed();

// Whether an address is in the network of that interface, by its index, which a request came by. A router that is worth
// its name lets nothing in with such a source (RFC 2827); but the network of one interface is nothing to a router of
// another one.
bool is_neighbour(const mincoap::net::endpoint& remote, std::uint32_t interface);

// Runs the timers of lwIP. Call it at least every 100 ms.
void run_timers();

}  // namespace firmware::network
