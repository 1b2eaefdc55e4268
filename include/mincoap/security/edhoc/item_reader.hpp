// Reads the CBOR of EDHOC's messages (RFC 9528 §3, §5): integers, byte strings and the heads of arrays.
//
// It takes deterministic encodings only (RFC 8949 §4.2.1). It has a third of the code of
// `cbor::deterministic_reader`, which reads every type (Cortex-M0+).
#pragma once

#include <mincoap/cbor/item.hpp>

namespace mincoap::security::edhoc {

// Returns true if the byte is an integer of CBOR from -24 to 23.
constexpr bool is_one_byte_integer(byte b) { return (b & 0x1f) < cbor::detail::argument_of_1_byte && b < 0x40; }

// A reader that has failed stays failed, and is at its end.
class item_reader {
public:
    constexpr explicit item_reader(bytes items) : at_(items.data()), end_(at_ + items.size()) {}

    constexpr bool failed() const { return at_ == nullptr; }
    constexpr bool at_end() const { return at_ == end_; }
    constexpr void fail() { at_ = end_ = nullptr; }

    // Returns the type of the next item, by its first byte, or `nothing` at the end.
    constexpr cbor::type peek() const { return at_end() ? cbor::type::nothing : static_cast<cbor::type>(*at_ >> 5); }

    // Reads a head of that type. Returns its argument, or 2^32 - 1 if it is larger. Fails for another type.
    constexpr std::uint32_t argument(cbor::type expected) {
        if (peek() != expected) return fail(), 0;
        const unsigned information = *at_++ & 31U;
        if (information < cbor::detail::argument_of_1_byte) return information;
        if (information > cbor::detail::argument_of_8_bytes) return fail(), 0;
        return long_argument(1U << (information - cbor::detail::argument_of_1_byte));
    }

    // Reads a byte string. Returns a view of it.
    constexpr bytes byte_string() {
        const std::uint32_t size = argument(cbor::type::byte_string);
        if (size > static_cast<std::size_t>(end_ - at_)) fail();
        if (failed()) return {};
        at_ += size;
        return {at_ - size, size};
    }

    // Reads an identifier: a byte string, or in its place an integer whose encoding is the one byte of the
    // string (RFC 9528 §3.3.2).
    constexpr bytes identifier() {
        if (!at_end() && is_one_byte_integer(*at_)) return {at_++, 1};
        const bytes value = byte_string();
        if (value.size() != 1 || !is_one_byte_integer(value[0])) return value;
        return fail(), bytes{};
    }

    constexpr bytes rest() const { return {at_, end_}; }

private:
    // The argument in the next `size` bytes: 1, 2, 4 or 8. It must not fit into fewer.
    constexpr std::uint32_t long_argument(unsigned size) {
        if (size > static_cast<std::size_t>(end_ - at_)) return fail(), 0;
        std::uint32_t value = 0;
        bool is_above = false;  // 2^32 - 1
        for (unsigned left = size; left != 0; --left) {
            is_above = is_above || value >> 24 != 0;
            value = value << 8 | *at_++;
        }
        if (is_above) return ~std::uint32_t{0};
        const bool is_shortest = size != 8 && value >= (size == 1 ? 24U : 1U << 4 * size);
        return is_shortest ? value : (fail(), 0);
    }

    const byte* at_;
    const byte* end_;
};

}  // namespace mincoap::security::edhoc
