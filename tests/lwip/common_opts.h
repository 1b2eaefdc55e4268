/* Shared by the configurations of lwIP under test: IPv4 and IPv6 with groups, over Ethernet and over interfaces
   without link-layer addresses, but no TCP. Memory is the host's, so AddressSanitizer detects overruns. */
#ifndef MINCOAP_TESTS_LWIP_COMMON_OPTS_H
#define MINCOAP_TESTS_LWIP_COMMON_OPTS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
void* lwip_test_malloc(size_t size); /* a test can make it run out of memory */
#ifdef __cplusplus
}
#endif

#ifndef MEM_LIBC_MALLOC
#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#endif
#define mem_clib_malloc lwip_test_malloc
#define MEM_ALIGNMENT 8
#define PBUF_POOL_BUFSIZE 600
#define LWIP_SUPPORT_CUSTOM_PBUF 1

#ifndef LWIP_IPV4
#define LWIP_IPV4 1
#endif
#ifndef LWIP_IPV6
#define LWIP_IPV6 1
#endif
#define LWIP_IGMP LWIP_IPV4
#define LWIP_IPV6_MLD LWIP_IPV6
#define LWIP_ARP LWIP_IPV4
#define LWIP_ETHERNET 1
#define ARP_QUEUEING 1
#define ETHARP_SUPPORT_STATIC_ENTRIES 1
#define LWIP_IP_ACCEPT_UDP_PORT(port) 0 /* as with DHCP, accepts packets from 0.0.0.0 */
#define LWIP_RAW 0
#define LWIP_UDP 1
#define LWIP_TCP 0
#define LWIP_DNS 0
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0
#define LWIP_STATS 0
#define IP_REASSEMBLY 1
#define IP_FRAG 1
#define LWIP_IPV6_REASS LWIP_IPV6
#define LWIP_IPV6_FRAG LWIP_IPV6

#endif
