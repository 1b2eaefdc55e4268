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

    // Reads a head of that type. Returns its argument. Fails for another type, and for 2^32 or more: the
    // registries of EDHOC end at 65,535 (RFC 9528 §10).
    constexpr std::uint32_t argument(cbor::type expected) {
        if (peek() != expected) return fail(), 0;
        const unsigned information = *at_++ & 31U;
        if (information < cbor::detail::argument_of_1_byte) return information;
        if (information > cbor::detail::argument_of_4_bytes) return fail(), 0;
        return long_argument(1U << (information - cbor::detail::argument_of_1_byte));
    }

    // Reads a byte string. Returns a view of it.
    constexpr bytes byte_string() { return take(argument(cbor::type::byte_string)); }

    // Reads an identifier: a byte string, or in its place an integer whose encoding is the one byte of the
    // string (RFC 9528 §3.3.2).
    constexpr bytes identifier() {
        const bool is_integer = !at_end() && is_one_byte_integer(*at_);
        const bytes value = is_integer ? take(1) : byte_string();
        if (!is_integer && value.size() == 1 && is_one_byte_integer(value[0])) fail();
        return value;
    }

    constexpr bytes rest() const { return {at_, end_}; }

private:
    constexpr bytes take(std::uint32_t size) {
        if (size > static_cast<std::size_t>(end_ - at_)) fail();
        if (failed()) return {};
        at_ += size;
        return {at_ - size, size};
    }

    // The argument in the next `size` bytes: 1, 2 or 4. It must not fit into fewer.
    constexpr std::uint32_t long_argument(unsigned size) {
        if (size > static_cast<std::size_t>(end_ - at_)) return fail(), 0;
        const std::uint32_t least = size == 1 ? cbor::detail::argument_of_1_byte : 1U << 4 * size;
        std::uint32_t value = 0;
        for (; size != 0; --size) value = value << 8 | *at_++;
        return value >= least ? value : (fail(), 0);
    }

    const byte* at_;
    const byte* end_;
};

}  // namespace mincoap::security::edhoc
