// The head of an option (RFC 7252 §3.1) holds its delta and the length of its value. The delta is
// the option's number minus that of the previous option. Each field takes a nibble up to 12, one
// more byte up to 268, and two more bytes above.
#pragma once

#include <mincoap/message/bytes.hpp>

namespace mincoap::message {

namespace detail {

constexpr std::size_t extension_size(std::size_t field) { return field < 13 ? 0 : field < 269 ? 1 : 2; }

// Writes the extension, if there is one. Returns the nibble.
[[gnu::always_inline]] constexpr unsigned write_extension(byte*& to, std::size_t field) {
    if (field < 13) return static_cast<unsigned>(field);
    if (field < 269) {
        *to++ = static_cast<byte>(field - 13);
        return 13;
    }
    *to++ = static_cast<byte>((field - 269) >> 8);
    *to++ = static_cast<byte>(field - 269);
    return 14;
}

}  // namespace detail

// Returns the size of the head in bytes: 1 to 5.
constexpr std::size_t option_head_size(unsigned delta, std::size_t length) {
    return 1 + detail::extension_size(delta) + detail::extension_size(length);
}

// Writes the head. `delta` is at most 65,535 and `length` at most 65,804. Returns the beginning of
// the value.
[[gnu::always_inline]] constexpr byte* write_option_head(byte* to, unsigned delta, std::size_t length) {
    byte* const head = to++;
    const unsigned delta_nibble = detail::write_extension(to, delta);
    const unsigned length_nibble = detail::write_extension(to, length);
    *head = static_cast<byte>(delta_nibble << 4 | length_nibble);
    return to;
}

}  // namespace mincoap::message
