/* lwIP's compiler and platform, for the host. */
#ifndef MINCOAP_TESTS_LWIP_ARCH_CC_H
#define MINCOAP_TESTS_LWIP_ARCH_CC_H

#include <stdlib.h>

#define LWIP_RAND() ((u32_t)rand())
#define LWIP_NO_UNISTD_H 0

#endif
