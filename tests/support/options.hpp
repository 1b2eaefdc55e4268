// Option numbers and values for requests that tests encode by hand.
#pragma once

#include "packet.hpp"

namespace mincoap::test {

inline constexpr unsigned if_match = 1;
inline constexpr unsigned etag_number = 4;
inline constexpr unsigned if_none_match = 5;
inline constexpr unsigned block2 = 23;
inline constexpr unsigned block1 = 27;
inline constexpr unsigned size1 = 60;
inline constexpr unsigned request_tag = 292;

// Returns a uint in its shortest form (RFC 7252 §3.2).
inline packet uint(std::uint32_t number) {
    packet value;
    for (unsigned shift = 32; shift != 0; shift -= 8)
        if (number >> (shift - 8) != 0) value.append(static_cast<byte>(number >> (shift - 8)));
    return value;
}

inline constexpr bool more = true;
inline constexpr bool last = false;

// Returns the value of a Block option (RFC 7959 §2.2): its number, the M bit and the size exponent.
inline packet block_value(std::uint32_t number, bool more_follow, unsigned size_exponent) {
    return uint(number << 4 | (more_follow ? 8U : 0U) | size_exponent);
}

}  // namespace mincoap::test
