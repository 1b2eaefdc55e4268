// Varying numbers for boards without a source of randomness. xorshift mixes in the few unpredictable bits there are.
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
