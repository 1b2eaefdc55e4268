// Inserts an option into a message that has been rendered.
#pragma once

#include <mincoap/message/view.hpp>

namespace mincoap::message {
namespace detail {

// Takes `by` off the delta of an option, which is larger than that. A payload marker stays. Returns
// by how many bytes the head of the option is smaller then: 0 or 1. These are the first ones, and
// its head begins behind them.
constexpr unsigned lessen_delta(byte* head, unsigned by) {
    const unsigned nibble = *head >> 4U;
    if (nibble < 13) *head = static_cast<byte>(*head - (by << 4));
    if (nibble < 13 || nibble == 15) return 0;
    byte& last = head[nibble - 12];  // the extension has one or two bytes
    const bool borrows = last < by;
    last = static_cast<byte>(last - by);
    if (!borrows || (nibble == 14 && head[1]-- != 0)) return 0;
    head[1] = static_cast<byte>((nibble == 14 ? 13U : head[1] + 13U) << 4 | (*head & 15U));
    return 1;
}

// Moves `count` bytes to `to`, from `distance` bytes behind. With a known distance, GCC calls memmove,
// which is 176 bytes of libc on Cortex-M0+.
[[gnu::noinline]] constexpr void move_down_by(std::size_t distance, byte* to, std::size_t count) {
    for (; count != 0; --count, ++to) *to = to[distance];
}

}  // namespace detail

// The size of an option with a value of three bytes and a small delta.
inline constexpr std::size_t inserted_size = 4;

// Inserts an option with a value of three bytes into a response whose options begin
// `inserted_size` bytes behind `to`, where they are to begin. Its number is at most 12. Options with
// a smaller number have at most 12 bytes. Returns the new end of the response. Changes the byte at
// `end`.
constexpr byte* insert_option(byte* to, byte* end, unsigned number, std::uint32_t value) {
    byte* from = to + inserted_size;
    *end = payload_marker;  // ends the options if there is no payload
    for (unsigned size = 0; *from >> 4U <= number; to += size, from += size) {
        number -= static_cast<unsigned>(*from >> 4U);
        size = 1U + (*from & 15U);
        detail::move_down_by(inserted_size, to, size);
    }
    *to++ = static_cast<byte>(number << 4 | 3);
    *to++ = static_cast<byte>(value >> 16);
    *to++ = static_cast<byte>(value >> 8);
    *to = static_cast<byte>(value);
    if (detail::lessen_delta(from, number) == 0) return end;
    detail::move_down_by(1, from, static_cast<std::size_t>(end - from) - 1);
    return end - 1;
}

}  // namespace mincoap::message
