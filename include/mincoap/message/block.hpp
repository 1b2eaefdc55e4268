// The value of Block1 and Block2 (RFC 7959 §2.2): which part of a body a message carries, or asks for.
#pragma once

#include <optional>

#include <mincoap/message/bytes.hpp>

namespace mincoap::message {

struct block {
    static constexpr unsigned max_size_exponent = 6;       // of 1,024 bytes
    static constexpr std::uint32_t max_number = 0xf'ffff;  // 20 bits

    std::uint32_t number = 0;
    bool more = false;           // blocks follow
    unsigned size_exponent = 0;  // SZX: 0 to 6 for blocks of 16 to 1,024 bytes

    // From the option's number; none if SZX is 7, which is reserved ("MUST lead to 4.00").
    static constexpr std::optional<block> decode(std::uint32_t value) {
        if ((value & 7) > max_size_exponent) return std::nullopt;
        return block{.number = value >> 4, .more = (value & 8) != 0, .size_exponent = value & 7};
    }
    constexpr std::uint32_t encoded() const { return number << 4 | (more ? 8U : 0U) | size_exponent; }

    // In bytes.
    constexpr std::uint32_t size() const { return 16U << size_exponent; }
    constexpr std::uint32_t offset() const { return number << (4 + size_exponent); }
};

}  // namespace mincoap::message

namespace mincoap {
using message::block;
}  // namespace mincoap
