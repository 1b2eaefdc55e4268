// Decodes a record of every field and encodes it again, repeatedly. Exits with 0 if the same bytes come back.
#include <string.h>

#include "record.h"

#ifndef TIMES
#define TIMES 1
#endif

static const uint8_t sample[] = {0xa4, 0,    0xf5, 1,    0x19, 0x10, 0x92, 2,    0x6c, 'l',  'i',  'v',
                                 'i',  'n',  'g',  ' ',  'r',  'o',  'o',  'm',  ' ',  3,    0x88, 0,
                                 1,    0x18, 0x18, 0x18, 0xff, 0x19, 1,    0,    0x19, 0xff, 0xff, 0x1a,
                                 0,    1,    0,    0,    0x1a, 0xff, 0xff, 0xff, 0xff};

int main(void) {
    static struct record r;
    static uint8_t again[sizeof sample];
    for (int i = 0; i < TIMES; ++i) {
        if (!decode(sample, sizeof sample, &r)) return 1;
        if (encode(&r, again, sizeof again) != sizeof again) return 2;
    }
    return memcmp(sample, again, sizeof sample) != 0 ? 3 : 0;
}
