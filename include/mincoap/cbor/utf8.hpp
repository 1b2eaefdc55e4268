// UTF-8 (RFC 3629), checked strictly.
#pragma once

#include <mincoap/message/bytes.hpp>

namespace mincoap::cbor {

// How many bytes the character takes that a text begins with; 0 if it is none (RFC 3629 §4): cut off, longer than need
// be, half of a surrogate pair, or beyond U+10FFFF. The text is not empty.
constexpr std::size_t utf8_character_size(bytes text) {
    const unsigned lead = text[0];
    if (lead < 0x80) return 1;
    const std::size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead < 0xc2 || lead > 0xf4 || size > text.size()) return 0;

    std::uint32_t character = lead & 0x7fU >> size;
    for (std::size_t i = 1; i < size; ++i) {
        if ((text[i] & 0xc0) != 0x80) return 0;
        character = character << 6 | (text[i] & 0x3fU);
    }
    const std::uint32_t least = size == 4 ? 0x1'0000 : size == 3 ? 0x800 : 0x80;
    const bool is_surrogate = character >> 11 == 0xd800 >> 11;
    return character >= least && character <= 0x10'ffff && !is_surrogate ? size : 0;
}

constexpr bool is_utf8(bytes text) {
    while (!text.empty()) {
        const std::size_t size = utf8_character_size(text);
        if (size == 0) return false;
        text = text.subspan(size);
    }
    return true;
}

}  // namespace mincoap::cbor
