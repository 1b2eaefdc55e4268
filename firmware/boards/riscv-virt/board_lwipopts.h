/* The drivers of two interfaces have four buffers each for what comes next; beyond these there are as many as with
   ../../lwip/lwipopts.h. */
#define PBUF_POOL_SIZE 16
