// UTF-8 (RFC 3629), checked strictly.
#pragma once

#include <mincoap/message/bytes.hpp>

namespace mincoap::cbor {

// True if a text is UTF-8 (RFC 3629 §4): no truncated, misplaced or overlong sequence, no
// surrogate, and no character above U+10FFFF.
[[nodiscard]] constexpr bool is_utf8(bytes text) {
    const byte* at = text.data();
    const byte* const end = at + text.size();
    while (at != end) {
        std::uint32_t character = *at++;
        if (character < 0x80) continue;
        if (character < 0xc2 || character > 0xf4) return false;

        std::uint32_t bit = 0x40;  // a bit of the first byte, which tells if another byte follows
        for (; (character & bit) != 0; bit <<= 5) {
            if (at == end || (*at & 0xc0) != 0x80) return false;
            character = character << 6 | (*at++ & 0x3fU);
        }
        character &= bit - 1;
        const bool is_surrogate = character >> 11 == 0xd800 >> 11;
        if (character < bit >> 5 || character > 0x10'ffff || is_surrogate) return false;
    }
    return true;
}

}  // namespace mincoap::cbor
