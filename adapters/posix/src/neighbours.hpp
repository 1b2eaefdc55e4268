// Questions to the kernel's tables of routes and neighbours.
#pragma once

#include <mincoap/net/udp_socket.hpp>

namespace mincoap::posix {

// Returns false if the next hop on this way uses ARP or neighbour discovery and has not answered
// it. A datagram would then wait in the kernel, 3 s as a rule, and occupy the send buffer all the
// time. In doubt, returns true.
//   kernel       a descriptor from open_rtnetlink; if it is -1, the answer is true
//   interface    the interface that the datagram leaves by; 0 means that the routing table decides
// The kernel looks up the route without the socket's mark.
bool can_be_reached(int kernel, const net::route& route, std::uint32_t interface);

// Returns true if `at` is a unicast address of this host, according to the routing table. In doubt,
// returns false. A socket may also be bound to a broadcast address, or to one that the host does not
// have yet.
bool is_of_this_host(int kernel, const net::endpoint& at);

}  // namespace mincoap::posix
