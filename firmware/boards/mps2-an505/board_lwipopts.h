/* Nothing differs from ../../lwip/lwipopts.h. */
