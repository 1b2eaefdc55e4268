// The head of an option (RFC 7252 §3.1): how much its number is above that of the option before, and the length of its
// value. Each is up to 12 in a nibble, up to 268 in one byte more, others in two.
#pragma once

#include <mincoap/message/bytes.hpp>

namespace mincoap::message {

namespace detail {

constexpr std::size_t extension_size(std::size_t field) { return field < 13 ? 0 : field < 269 ? 1 : 2; }

// Returns the nibble.
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

// In bytes: 1 to 5.
constexpr std::size_t option_head_size(unsigned delta, std::size_t length) {
    return 1 + detail::extension_size(delta) + detail::extension_size(length);
}

// Returns where the value begins. A delta is at most 65,535, a length at most 65,804.
[[gnu::always_inline]] constexpr byte* write_option_head(byte* to, unsigned delta, std::size_t length) {
    byte* const head = to++;
    const unsigned delta_nibble = detail::write_extension(to, delta);
    const unsigned length_nibble = detail::write_extension(to, length);
    *head = static_cast<byte>(delta_nibble << 4 | length_nibble);
    return to;
}

}  // namespace mincoap::message
