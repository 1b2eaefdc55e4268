// Percent-encoding (RFC 3986 §2.1), which turns the segments of Uri-Path into text of a URI
// reference.
#pragma once

#include <array>

#include <mincoap/message/bytes.hpp>

namespace mincoap {

// Returns true if a segment, or a path, contains this character unencoded (RFC 3986 §3.3). Any
// other character is percent-encoded.
[[nodiscard]] constexpr bool is_segment_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~!$&'()*+,;=:@").contains(c);
}
[[nodiscard]] constexpr bool is_path_character(char c) { return c == '/' || is_segment_character(c); }

// Returns the size of a path after percent-encoding, in bytes.
[[nodiscard]] constexpr std::size_t percent_encoded_size(std::string_view path) {
    std::size_t size = 0;
    for (const char c : path) size += is_path_character(c) ? 1U : 3U;
    return size;
}

// Appends the text by calls of `link.append(std::string_view)`. Percent-encodes the characters for
// which `stays` returns false.
constexpr void append_percent_encoded(auto& link, std::string_view text, bool (&stays)(char) = is_path_character) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    for (const char c : text) {
        if (stays(c)) {
            link.append({&c, 1});
            continue;
        }
        const auto value = static_cast<byte>(c);
        const std::array<char, 3> encoded{'%', hex[value >> 4], hex[value & 15]};
        link.append({encoded.data(), encoded.size()});
    }
}

}  // namespace mincoap
