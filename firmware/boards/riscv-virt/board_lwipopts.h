/* The drivers of two interfaces have four buffers each. */
#define BOARD_LENT_PBUFS 8
