// Writes CBOR data items in their deterministic encoding (RFC 8949 §4.2.1): the shortest heads,
// definite lengths.
//
//     cbor::writer to{body};
//     to.map(2);
//     to.unsigned_integer(0), to.boolean(true);
//     to.unsigned_integer(1), to.text_string("blue");
//
// Items are written one after the other. The items of an array or a map follow its head. The caller
// must write as many items as a head promises, and must sort the keys of a map by their encoded
// bytes if the encoding has to be deterministic. Writing does not fail: see message::body_writer.
#pragma once

#include <bit>

#include <mincoap/assert.hpp>
#include <mincoap/cbor/float.hpp>
#include <mincoap/message/body_writer.hpp>

namespace mincoap::cbor {

class writer {
public:
    constexpr explicit writer(message::body_writer& to) : to_(to) {}

    constexpr void unsigned_integer(std::uint64_t value) { head(type::unsigned_integer, value); }

    // Writes -1 - n, which goes down to -2^64 (RFC 8949 §3.1).
    constexpr void negative_integer(std::uint64_t n) { head(type::negative_integer, n); }

    constexpr void integer(std::int64_t value) {
        const auto bits = static_cast<std::uint64_t>(value);
        if (value < 0) negative_integer(~bits);  // -1 - value
        else unsigned_integer(bits);
    }

    constexpr void byte_string(bytes value) {
        head(type::byte_string, value.size());
        to_.put(value);
    }

    // Writes a text. The caller must pass UTF-8.
    constexpr void text_string(std::string_view value) {
        head(type::text_string, value.size());
        to_.put(value);
    }

    // Write a head. `count` items must follow, or `count` pairs of a key and a value.
    constexpr void array(std::size_t count) { head(type::array, count); }
    constexpr void map(std::size_t count) { head(type::map, count); }

    // Writes a tag, which gives a meaning to the item that follows (RFC 8949 §3.4).
    constexpr void tag(std::uint64_t number) { head(type::tag, number); }

    constexpr void boolean(bool value) { simple(value ? true_value : false_value); }
    constexpr void null() { simple(null_value); }
    constexpr void undefined() { simple(undefined_value); }

    // Writes a simple value: 0 to 23 or 32 to 255. The others are reserved (RFC 8949 §3.3).
    constexpr void simple(byte value) {
        MINCOAP_ASSERT(value < 24 || value > 31);
        head(type::simple, value);
    }

    // Writes the shortest of the three sizes that keeps the value. Every NaN becomes 0xf97e00.
    constexpr void floating_point(double value) {
        const detail::encoded_float encoded = detail::shortest(std::bit_cast<std::uint64_t>(value));
        put(type::simple, encoded.information, encoded.bits);
    }

    // Writes items that are encoded already.
    constexpr void items(bytes encoded) { to_.put(encoded); }

private:
    constexpr void head(type major, std::uint64_t argument) {
        put(major, detail::shortest_information(argument), argument);
    }

    constexpr void put(type major, unsigned information, std::uint64_t argument) {
        to_.put(detail::initial_byte(major, information));
        if (information == detail::argument_of_8_bytes) put_big_endian(static_cast<std::uint32_t>(argument >> 32), 4);
        if (information < detail::argument_of_1_byte) return;
        const unsigned size = 1U << (information - detail::argument_of_1_byte);
        put_big_endian(static_cast<std::uint32_t>(argument), size < 4 ? size : 4);
    }

    // Handles halves of 32 bits, because a 32-bit device calls a function to shift 64 bits by a
    // variable.
    constexpr void put_big_endian(std::uint32_t value, unsigned size) {
        while (size-- != 0) to_.put(static_cast<byte>(value >> 8 * size));
    }

    message::body_writer& to_;
};

}  // namespace mincoap::cbor
