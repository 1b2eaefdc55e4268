// Which peers the kernel can send to now: those whose next hop has a link-layer address.
#pragma once

#include <mincoap/net/udp_socket.hpp>

namespace mincoap::posix {

// False if the next hop on this way uses ARP or neighbour discovery and has not answered it: a datagram would wait in
// the kernel, 3 s as a rule, and count against the send buffer all the time. In doubt the answer is true.
//   kernel       of open_rtnetlink; if it is none, the answer is true
//   interface    by which the datagram leaves; 0: the routing table decides
// The routing table is asked without the socket's mark.
bool can_be_reached(int kernel, const net::route& route, std::uint32_t interface);

}  // namespace mincoap::posix
