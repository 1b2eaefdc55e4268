/* This board uses ../../lwip/lwipopts.h unchanged. */
