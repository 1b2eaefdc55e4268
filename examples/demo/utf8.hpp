// Text that is safe to show.
#pragma once

#include <mincoap/cbor/utf8.hpp>

namespace demo {

// One line of text that neither moves a terminal's cursor nor looks like two lines. It has no control
// characters of either set, and no separators of lines or paragraphs (U+2028, U+2029).
constexpr bool is_one_line(mincoap::bytes text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool c0 = text[i] < ' ' || text[i] == 0x7f;
        const bool c1 = text[i] == 0xc2 && i + 1 < text.size() && text[i + 1] < 0xa0;
        const bool separator =
            text[i] == 0xe2 && i + 2 < text.size() && text[i + 1] == 0x80 && (text[i + 2] | 1) == 0xa9;
        if (c0 || c1 || separator) return false;
    }
    return mincoap::cbor::is_utf8(text);
}

}  // namespace demo
