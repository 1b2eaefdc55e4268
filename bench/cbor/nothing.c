// A program without a library. Its size is subtracted from that of the others.
#include "record.h"

bool decode(const uint8_t* data, size_t size, struct record* to) { return data[0] == size && to->on; }
size_t encode(const struct record* from, uint8_t* data, size_t size) { return from->on ? size : data[0]; }
