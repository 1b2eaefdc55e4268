/* lwIP as the firmware uses it: UDP over IPv4 and IPv6 on Ethernet, with groups, fragments and address detection; no
   TCP, no sockets, no heap but lwIP's own. A board may set any of it in its board_lwipopts.h, which is read first. */
#ifndef MINCOAP_FIRMWARE_LWIPOPTS_H
#define MINCOAP_FIRMWARE_LWIPOPTS_H

#include "board_lwipopts.h"

/* ---- what there is */
#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0 /* interrupts do not call lwIP */
#define LWIP_IPV4 1
#define LWIP_UDP 1
#define LWIP_TCP 0
#define LWIP_RAW 0
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0
#ifndef LWIP_IPV6
#define LWIP_IPV6 1
#endif
#ifndef LWIP_ARP
#define LWIP_ARP 1
#endif
#ifndef LWIP_IGMP
#define LWIP_IGMP 1
#endif
#define LWIP_IPV6_MLD LWIP_IPV6
#define LWIP_IPV6_DHCP6 0
#define LWIP_ICMP 1

/* ---- memory */
#define MEM_ALIGNMENT 4
#ifndef MEM_SIZE
#define MEM_SIZE 4096 /* datagrams and headers on their way out */
#endif
#ifndef BOARD_LENT_PBUFS
#define BOARD_LENT_PBUFS 0 /* pool buffers that drivers keep for frames to come */
#endif
#ifndef PBUF_POOL_SIZE
#define PBUF_POOL_SIZE (8 + BOARD_LENT_PBUFS) /* frames on their way in, and their answers */
#endif
#ifndef PBUF_POOL_BUFSIZE
#define PBUF_POOL_BUFSIZE 1536 /* a frame of Ethernet is one piece */
#endif
#define MEMP_NUM_PBUF 8
#define MEMP_NUM_UDP_PCB 2
#define MEMP_NUM_IGMP_GROUP 4
#define MEMP_NUM_MLD6_GROUP 10
#define ARP_TABLE_SIZE 8

/* A packet waits for a neighbour's hardware address for seconds, and an attacker with forged sources can make lwIP look
   for a neighbour that does not exist. So the packet waits outside the pool, as a copy. At most one packet of each
   family waits, and the two leave enough of MEM_SIZE. */
#define PBUF_NEEDS_COPY(p) 1
#define ARP_QUEUEING 1
#define MEMP_NUM_ARP_QUEUE 1
#define MEMP_NUM_ND6_QUEUE 1

/* The IP header behind that of Ethernet is aligned. */
#ifndef ETH_PAD_SIZE
#define ETH_PAD_SIZE 2
#endif

/* ---- fragments: a datagram of two or three, from few peers at a time; for the rest they wait up to a minute */
#ifndef IP_REASSEMBLY
#define IP_REASSEMBLY 1
#endif
#define IP_REASS_MAX_PBUFS 3 /* for each family */
#define MEMP_NUM_REASSDATA 2
#define IP_FRAG 0
#define LWIP_IPV6_REASS (LWIP_IPV6 && IP_REASSEMBLY)
#define LWIP_IPV6_FRAG 0
#if PBUF_POOL_SIZE - BOARD_LENT_PBUFS < IP_REASS_MAX_PBUFS * (IP_REASSEMBLY + LWIP_IPV6_REASS) + 2
#error "fragments could take all of the pool, and nothing would be received"
#endif

/* ---- addresses: of IPv6, the link-local one and what is set or announced */
#define LWIP_IPV6_NUM_ADDRESSES 4
#define LWIP_ND6_NUM_NEIGHBORS 6
#define LWIP_ND6_NUM_DESTINATIONS 6
#define LWIP_ND6_NUM_PREFIXES 2
#define LWIP_ND6_NUM_ROUTERS 2
#define LWIP_SINGLE_NETIF 0

/* ---- what is counted: memory */
#define LWIP_STATS 1
#define LINK_STATS 0
#define ETHARP_STATS 0
#define IP_STATS 0
#define IPFRAG_STATS 0
#define ICMP_STATS 0
#define IGMP_STATS 0
#define UDP_STATS 0
#define TCP_STATS 0
#define MEM_STATS 1
#define MEMP_STATS 1
#define SYS_STATS 0
#define IP6_STATS 0
#define ICMP6_STATS 0
#define IP6_FRAG_STATS 0
#define MLD6_STATS 0
#define ND6_STATS 0
#define MIB2_STATS 0

/* Checked images have lwIP's assertions; in others they cost nothing. */
#ifndef FIRMWARE_CHECKED
#define LWIP_NOASSERT
#endif

#endif
