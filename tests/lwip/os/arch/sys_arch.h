/* The OS functions that lwIP needs, implemented with C++ threads: see sys_arch.cpp. */
#ifndef MINCOAP_TESTS_LWIP_OS_ARCH_SYS_ARCH_H
#define MINCOAP_TESTS_LWIP_OS_ARCH_SYS_ARCH_H

typedef struct sys_mutex* sys_mutex_t;
typedef struct sys_semaphore* sys_sem_t;
typedef struct sys_mailbox* sys_mbox_t;
typedef struct sys_thread* sys_thread_t;
typedef int sys_prot_t;

#define sys_mutex_valid(m) (*(m) != 0)
#define sys_mutex_set_invalid(m) (*(m) = 0)
#define sys_sem_valid(s) (*(s) != 0)
#define sys_sem_set_invalid(s) (*(s) = 0)
#define sys_mbox_valid(m) (*(m) != 0)
#define sys_mbox_set_invalid(m) (*(m) = 0)

#endif
