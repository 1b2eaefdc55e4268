// The value of Block1 and Block2 (RFC 7959 §2.2): the part of a body that a message carries or asks
// for.
#pragma once

#include <optional>

#include <mincoap/message/bytes.hpp>

namespace mincoap::message {

struct block {
    static constexpr unsigned max_size_exponent = 6;       // of 1,024 bytes
    static constexpr std::uint32_t max_number = 0xf'ffff;  // 20 bits

    // The fields of an option's value. They ignore the bits above its 24, which may hold other
    // data.
    static constexpr std::uint32_t more_bit = 8;
    static constexpr unsigned size_exponent_of(std::uint32_t value) { return value & 7; }
    static constexpr bool is_reserved(std::uint32_t value) { return size_exponent_of(value) > max_size_exponent; }
    static constexpr std::uint32_t number_of(std::uint32_t value) { return value >> 4 & max_number; }
    static constexpr std::uint32_t offset_of(std::uint32_t value) {
        return (value & max_number << 4) << size_exponent_of(value);
    }

    std::uint32_t number = 0;
    bool more = false;           // more blocks follow
    unsigned size_exponent = 0;  // SZX: 0 to 6 for blocks of 16 to 1,024 bytes

    // Decodes an option's value. Returns none if SZX is 7, which is reserved ("MUST lead to 4.00").
    static constexpr std::optional<block> decode(std::uint32_t value) {
        if (is_reserved(value)) return std::nullopt;
        return block{.number = value >> 4, .more = (value & more_bit) != 0, .size_exponent = size_exponent_of(value)};
    }
    constexpr std::uint32_t encoded() const { return number << 4 | (more ? more_bit : 0) | size_exponent; }

    // In bytes.
    constexpr std::uint32_t size() const { return 16U << size_exponent; }
    constexpr std::uint32_t offset() const { return number << (4 + size_exponent); }
};

}  // namespace mincoap::message

namespace mincoap {
using message::block;
}  // namespace mincoap
