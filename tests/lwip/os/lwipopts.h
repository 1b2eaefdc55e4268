/* lwIP with threads. Any of them may call its functions while it holds lwIP's lock. */
#include "../common_opts.h"

#define NO_SYS 0
#define SYS_LIGHTWEIGHT_PROT 1
#define LWIP_TCPIP_CORE_LOCKING 1
#define LWIP_TCPIP_CORE_LOCKING_INPUT 0
#define TCPIP_MBOX_SIZE 16
#define MEMP_NUM_TCPIP_MSG_INPKT 16

/* Timers are compiled in here, and those of fragments ask for this where a pointer has 64 bits. */
#define IPV6_FRAG_COPYHEADER 1
