// Inserts an option into a message that has been rendered.
#pragma once

#include <mincoap/message/bytes.hpp>

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

}  // namespace detail

// Inserts an option with a value of three bytes at `at`, where another option or the payload marker
// is. `delta` is its number less that of the option in front, at most 12, and less than the delta
// of the option at `at`. Behind the end of the message there are four bytes of room. Returns the
// new end.
constexpr byte* insert_option(byte* at, byte* end, unsigned delta, std::uint32_t value) {
    byte* const behind = at + detail::lessen_delta(at, delta);
    byte* to = end + (at + 4 - behind);
    byte* const new_end = to;
    while (end != behind) *--to = *--end;
    *--to = static_cast<byte>(value);
    *--to = static_cast<byte>(value >> 8);
    *--to = static_cast<byte>(value >> 16);
    *--to = static_cast<byte>(delta << 4 | 3);
    return new_end;
}

}  // namespace mincoap::message
