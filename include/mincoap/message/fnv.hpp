// FNV-1a in 32 bits: a hash for comparisons, and no protection against an attacker.
#pragma once

#include <mincoap/message/bytes.hpp>

namespace mincoap::message {

// The hash of nothing.
inline constexpr std::uint32_t fnv_basis = 0x811c'9dc5;

// Returns the hash with one more byte.
[[nodiscard]] constexpr std::uint32_t fnv_step(std::uint32_t hash, unsigned next) {
    return (hash ^ next) * 0x0100'0193;
}

}  // namespace mincoap::message
