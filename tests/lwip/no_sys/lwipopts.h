/* lwIP without an OS. */
#include "../common_opts.h"

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
