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

}  // namespace mincoap::security
