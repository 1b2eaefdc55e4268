// Finds out whether the kernel can send to a peer now: whether its next hop has a link-layer
// address.
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

}  // namespace mincoap::posix
