// Option numbers and values for requests that are put together by hand.
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

// RFC 7252 §3.2: in its shortest form.
inline packet uint(std::uint32_t number) {
    packet value;
    for (unsigned shift = 32; shift != 0; shift -= 8)
        if (number >> (shift - 8) != 0) value.append(static_cast<byte>(number >> (shift - 8)));
    return value;
}

inline constexpr bool more = true;
inline constexpr bool last = false;

// RFC 7959 §2.2: the number, whether more follow, the exponent of the size.
inline packet block_value(std::uint32_t number, bool more_follow, unsigned size_exponent) {
    return uint(number << 4 | (more_follow ? 8U : 0U) | size_exponent);
}

}  // namespace mincoap::test
