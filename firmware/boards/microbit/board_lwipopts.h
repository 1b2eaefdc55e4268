/* 16 K of RAM, and a serial line: IPv4 alone, in small packets. */
#define LWIP_IPV6 0
#define LWIP_ARP 0
#define LWIP_ETHERNET 0
#define LWIP_IGMP 0
#define IP_REASSEMBLY 0
#define SLIP_MAX_SIZE 576
#define PBUF_POOL_BUFSIZE 600
#define PBUF_POOL_SIZE 3
#define MEM_SIZE 1400
#define ETH_PAD_SIZE 0
