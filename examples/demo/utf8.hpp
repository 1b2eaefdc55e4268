// UTF-8, checked strictly.
#pragma once

#include <array>

#include <mincoap/message/bytes.hpp>

namespace demo {

// How many bytes the character takes that a text begins with; 0 if this is none (RFC 3629 §4): cut off, longer than
// need be, half of a surrogate pair, or beyond U+10FFFF. The text is not empty.
constexpr std::size_t utf8_character_size(mincoap::bytes text) {
    constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    const unsigned lead = text[0];
    if (lead < 0x80) return 1;
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc0 || lead > 0xf7 || size > text.size()) return 0;

    std::uint32_t character = lead & (0x7fU >> size);
    for (const unsigned next : text.subspan(1, size - 1)) {
        if ((next & 0xc0) != 0x80) return 0;
        character = character << 6 | (next & 0x3f);
    }
    const bool is_surrogate = character >= 0xd800 && character <= 0xdfff;
    return character >= least[size] && character <= 0x10ffff && !is_surrogate ? size : 0;
}

constexpr bool is_utf8(mincoap::bytes text) {
    while (!text.empty()) {
        const std::size_t size = utf8_character_size(text);
        if (size == 0) return false;
        text = text.subspan(size);
    }
    return true;
}

// One line of text, that neither moves a terminal's cursor nor looks like two: no control characters of either set, no
// separators of lines or paragraphs (U+2028, U+2029).
constexpr bool is_one_line(mincoap::bytes text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool c0 = text[i] < ' ' || text[i] == 0x7f;
        const bool c1 = text[i] == 0xc2 && i + 1 < text.size() && text[i + 1] < 0xa0;
        const bool separator =
            text[i] == 0xe2 && i + 2 < text.size() && text[i + 1] == 0x80 && (text[i + 2] | 1) == 0xa9;
        if (c0 || c1 || separator) return false;
    }
    return is_utf8(text);
}

}  // namespace demo
