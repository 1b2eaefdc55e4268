// The lower half of a CBOR reader. It reads the heads of items (RFC 8949 §3) and the bytes of
// strings, and keeps the first error.
#pragma once

#include <mincoap/cbor/float.hpp>

namespace mincoap::cbor {

enum class read_error : byte {
    none,
    malformed,   // not well-formed: truncated, reserved bits, bytes after the end; or a text that is not UTF-8
    unexpected,  // well-formed as far as it was read, but another type than the caller asked for, or beyond a limit
};

// The encodings that a reader accepts. This is a template parameter, because that makes a program
// that only reads leniently 260 bytes smaller (Cortex-M0+).
enum class mode : byte {
    lenient,        // every well-formed item
    deterministic,  // shortest heads and definite lengths, as the writer writes them; all else is malformed (RFC 8949
                    // §4.2.1). The reader does not check the order of a map's keys.
};

namespace detail {

template <mode Mode>
class head_reader {
public:
    constexpr explicit head_reader(bytes items) : at_(items.data()), end_(at_ + items.size()) {}

    constexpr bool failed() const { return error_ != read_error::none; }
    constexpr read_error error() const { return error_; }

    // Keeps the first error and skips all that is left, so that each later call reads nothing.
    // Returns 0.
    constexpr std::uint64_t fail(read_error error) {
        if (!failed()) error_ = error;
        at_ = end_;
        return 0;
    }

    constexpr const byte* position() const { return at_; }
    constexpr std::size_t rest() const { return static_cast<std::size_t>(end_ - at_); }

    // Returns the type of the next item, by its first byte alone, or `nothing` at the end.
    constexpr type peek() const {
        if (at_ == end_) return type::nothing;
        const auto major = static_cast<type>(*at_ >> 5);
        const unsigned information = peek_information();
        const bool is_float = information >= argument_of_2_bytes && information <= argument_of_8_bytes;
        return major == type::simple && is_float ? type::floating_point : major;
    }

    // The additional information of the next item. The caller has checked that there is one.
    constexpr unsigned peek_information() const { return *at_ & 31U; }

    // Consumes the head of an indefinite length (RFC 8949 §3.2) if it comes next. `major` is a type
    // that can have one.
    constexpr bool take_indefinite(type major) {
        return Mode == mode::lenient && take_byte(initial_byte(major, indefinite_length));
    }
    constexpr bool take_break() { return Mode == mode::lenient && take_byte(break_code); }

    // Consumes any other head, and returns its argument.
    constexpr std::uint64_t take_argument() {
        if (at_ == end_) return fail(read_error::malformed);
        const byte initial = *at_++;
        const unsigned information = initial & 31U;
        if (information < argument_of_1_byte) return information;
        if (information > argument_of_8_bytes)
            return fail(is_indefinite(initial) ? read_error::unexpected : read_error::malformed);
        const std::uint64_t argument = take_big_endian(1U << (information - argument_of_1_byte));
        return is_allowed(initial, argument) ? argument : fail(read_error::malformed);
    }

    constexpr bytes take(std::uint64_t size) {
        if (size > rest()) return fail(read_error::malformed), bytes{};
        const bytes taken{at_, static_cast<std::size_t>(size)};
        at_ += taken.size();
        return taken;
    }

private:
    static constexpr bool is_indefinite(byte initial) {
        return Mode == mode::lenient && (initial & 31U) == indefinite_length &&
               initial >= initial_byte(type::byte_string, indefinite_length) &&
               initial <= initial_byte(type::map, indefinite_length);
    }

    static constexpr bool is_allowed(byte initial, std::uint64_t argument) {
        if (initial == initial_byte(type::simple, argument_of_1_byte)) return argument > 31;  // RFC 8949 §3.3
        if (Mode == mode::lenient) return true;
        const unsigned information = initial & 31U;
        if (initial < initial_byte(type::simple, 0)) return information == shortest_information(argument);
        const encoded_float encoded{information, argument};
        return encoded == shortest(double_bits(encoded));
    }

    constexpr bool take_byte(byte wanted) {
        const bool is_next = at_ != end_ && *at_ == wanted;
        if (is_next) ++at_;
        return is_next;
    }

    constexpr std::uint64_t take_big_endian(unsigned size) {
        if (size > rest()) return fail(read_error::malformed);
        std::uint64_t value = 0;
        while (size-- != 0) value = value << 8 | *at_++;
        return value;
    }

    const byte* at_;
    const byte* end_;
    read_error error_ = read_error::none;
};

}  // namespace detail
}  // namespace mincoap::cbor
