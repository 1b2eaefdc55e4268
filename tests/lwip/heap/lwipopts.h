/* lwIP with a small heap of its own. */
#define MEM_LIBC_MALLOC 0
#define MEM_SIZE 1600
#define MEMP_NUM_MLD6_GROUP 30

#include "../no_sys/lwipopts.h"
