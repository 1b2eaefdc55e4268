/* lwIP's compiler and platform: GCC without an OS. */
#ifndef MINCOAP_FIRMWARE_ARCH_CC_H
#define MINCOAP_FIRMWARE_ARCH_CC_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
uint32_t firmware_random(void);
void firmware_lwip_assertion(const char* what) __attribute__((noreturn));
#ifdef __cplusplus
}
#endif

#define LWIP_NO_INTTYPES_H 1 /* formats of printf, which is never called */
#define LWIP_NO_CTYPE_H 1
#define U16_F "hu"
#define S16_F "hd"
#define X16_F "hx"
#define U32_F "lu"
#define S32_F "ld"
#define X32_F "lx"
#define X8_F "x"
#define SZT_F "u"

#define LWIP_RAND() firmware_random()
#define LWIP_PLATFORM_DIAG(x)
#define LWIP_PLATFORM_ASSERT(what) firmware_lwip_assertion(what)

#endif
