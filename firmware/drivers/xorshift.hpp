// Numbers that differ, for boards without a source of randomness: what little is not foreseen, mixed (xorshift).
#pragma once

#include <cstdint>

inline std::uint32_t xorshift(std::uint32_t not_foreseen) {
    static std::uint32_t state = 1;
    state ^= not_foreseen | 1;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}
