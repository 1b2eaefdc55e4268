// The uint option format (RFC 7252 §3.2): big-endian, any number of leading zero bytes, none at all for 0.
#pragma once

#include <mincoap/message/bytes.hpp>

namespace mincoap::message {

// Returns the number that an option value encodes. If it has more than four significant bytes, the
// last four count. The options that carry a uint have a length range that rules this out (see
// option.hpp).
constexpr std::uint32_t to_uint(bytes value) {
    std::uint32_t number = 0;
    for (const byte b : value) number = number << 8 | b;
    return number;
}

// Returns the number of bytes in the number's minimal form: 0 to 4. "A sender SHOULD represent the
// integer with as few bytes as possible" (RFC 7252 §3.2).
constexpr unsigned uint_size(std::uint32_t number) {
    unsigned size = 0;
    for (; number != 0; number >>= 8) ++size;
    return size;
}

}  // namespace mincoap::message
