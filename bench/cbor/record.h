// The work that is compared: to read and write {0: bool, 1: uint, 2: text of up to 32 bytes, 3: up to 16 uints}.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct record {
    bool on;
    uint32_t level;
    size_t name_size;
    char name[32];
    size_t count;
    uint32_t numbers[16];
};

// Returns whether the data is such a map. Skips other keys.
bool decode(const uint8_t* data, size_t size, struct record* to);

// Returns the encoded size in bytes, or 0 if the record does not fit.
size_t encode(const struct record* from, uint8_t* data, size_t size);

#ifdef __cplusplus
}
#endif
