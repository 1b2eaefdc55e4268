// Message authentication codes: tags of short messages that an attacker cannot make without the
// key.
#pragma once

#include <array>
#include <concepts>
#include <span>

#include <mincoap/message/bytes.hpp>

namespace mincoap::security {

// 128 bits that an attacker cannot predict. Use a key for one purpose, and with one MAC.
using key = std::array<std::uint32_t, 4>;

// Four words of a message, each little-endian where the message is bytes.
using block = std::array<std::uint32_t, 4>;

// A class with a type `key`, and a function `tag` that maps a key and one or more blocks to a tag
// of 64 bits, little-endian. Its work does not depend on the values of the key and the message.
template <typename M>
concept mac = requires(const typename M::key& secret, std::span<const block> message) {
    { M::tag(secret, message) } -> std::same_as<std::uint64_t>;
};

// Compares two tags of `size` bytes. It reads every byte, so the time does not depend on where the
// values differ.
[[nodiscard]] constexpr bool is_same_tag(const byte* a, const byte* b, std::size_t size) {
    unsigned difference = 0;
    for (; size != 0; --size) difference |= static_cast<unsigned>(*a++ ^ *b++);
    return difference == 0;
}

}  // namespace mincoap::security
