// Reads CBOR data items (RFC 8949), one after the other, without a heap or a buffer.
//
//     cbor::reader in{request.payload()};
//     auto fields = in.map();
//     while (in.next(fields)) {
//         switch (in.unsigned_integer()) {
//             case 0: on = in.boolean(); break;
//             case 1: level = in.unsigned_integer(100); break;
//             default: in.skip();
//         }
//     }
//     if (in.finish() != cbor::read_error::none) ...
//
// A reader that has failed stays failed. From then on, numbers are 0, strings are empty, and arrays
// end. Call `finish` once, at the end, before you act on the values. Strings are views of the bytes
// that the reader was given. The caller must reject a map that has a key twice (RFC 8949 §5.6).
//
// The project has its own reader because this one is freestanding, needs no heap, and is small.
// Decoding four fields of a map and encoding them again (bench/cbor) adds 1,992 bytes to a program
// for Cortex-M0+ with GCC 12.2 -Os, and takes 2,315 instructions on x86-64. TinyCBOR 0.6.1 needs
// 3,105 bytes and 4,046 instructions without a check of UTF-8, and 10,007 bytes with its
// validation, which checks all input. libcbor 0.10.2 needs 14,892 bytes, 14,393 instructions and 42
// allocations.
#pragma once

#include <bit>
#include <limits>

#include <mincoap/cbor/skip.hpp>
#include <mincoap/cbor/utf8.hpp>

namespace mincoap::cbor {

inline constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

template <mode Mode>
class basic_reader;

// The items of an array, or the pairs of a map, that are still to be read; see
// `basic_reader::next`.
class items_left {
public:
    constexpr items_left() = default;
    constexpr items_left(std::size_t count, bool indefinite) : count_(count), indefinite_(indefinite) {}

    // The number of items or pairs that are left. For an indefinite length, the number that may
    // follow.
    constexpr std::size_t count() const { return count_; }
    constexpr bool is_indefinite() const { return indefinite_; }

private:
    template <mode>
    friend class basic_reader;

    std::size_t count_ = 0;
    bool indefinite_ = false;
};

template <mode Mode>
class basic_reader {
public:
    constexpr explicit basic_reader(bytes items) : heads_(items) {}

    // Returns the type of the next item, by its first byte, or `nothing` at the end and after a
    // failure.
    constexpr type peek() const { return heads_.peek(); }

    constexpr std::uint64_t unsigned_integer(std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) {
        return up_to(max, argument(type::unsigned_integer));
    }

    // Reads -1 - n, which goes down to -2^64 (RFC 8949 §3.1), and returns n.
    constexpr std::uint64_t negative_integer(std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) {
        return up_to(max, argument(type::negative_integer));
    }

    constexpr std::int64_t integer(std::int64_t min = std::numeric_limits<std::int64_t>::min(),
                                   std::int64_t max = std::numeric_limits<std::int64_t>::max()) {
        constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
        const bool is_negative = peek() == type::negative_integer;
        const auto n = static_cast<std::int64_t>(is_negative ? negative_integer(largest) : unsigned_integer(largest));
        const std::int64_t value = is_negative ? -1 - n : n;
        expect(value >= min && value <= max);
        return failed() ? 0 : value;
    }

    // Reads a byte string of at most that many bytes. Returns a view of the message. A string of
    // indefinite length is `unexpected`, because it is not in one piece.
    constexpr bytes byte_string(std::size_t max_size = unlimited) { return string(type::byte_string, max_size); }

    // Reads a text string in the same way. Text that is not UTF-8 is `malformed`.
    std::string_view text_string(std::size_t max_size = unlimited) { return as_text(utf8(max_size)); }
    constexpr bytes utf8(std::size_t max_size = unlimited) {
        const bytes value = string(type::text_string, max_size);
        if (is_utf8(value)) return value;
        return heads_.fail(read_error::malformed), bytes{};
    }

    // Read the head of an array or a map, of definite or indefinite length. Then read its items:
    // see `next`. More items than `max_count` are `unexpected`. A definite count that is larger
    // than the rest of the message is `malformed`, so the caller can rely on the count.
    constexpr items_left array(std::size_t max_count = unlimited) { return container(type::array, max_count); }
    constexpr items_left map(std::size_t max_count = unlimited) { return container(type::map, max_count); }

    // Returns true if another item or pair follows. Read it before the next call.
    [[nodiscard]] constexpr bool next(items_left& left) {
        if (left.indefinite_ && heads_.take_break()) left = {};
        if (left.indefinite_ && heads_.rest() == 0) heads_.fail(read_error::malformed);
        if (left.indefinite_ && left.count_ == 0) refuse();
        if (failed() || left.count_ == 0) return false;
        --left.count_;
        return true;
    }

    // Reads a tag (RFC 8949 §3.4) and returns its number. The tagged item comes next.
    constexpr std::uint64_t tag() { return argument(type::tag); }

    // Reads a simple value and returns its number. See item.hpp for those that have a name.
    constexpr byte simple() { return static_cast<byte>(argument(type::simple)); }
    constexpr void null() { expect(simple() == null_value); }
    constexpr void undefined() { expect(simple() == undefined_value); }
    constexpr bool boolean() {
        const byte value = simple();
        expect(value == true_value || value == false_value);
        return value == true_value;
    }

    // Reads a floating-point number of any of the three sizes.
    constexpr double floating_point() {
        const bool is_float = peek() == type::floating_point;
        const unsigned information = is_float ? heads_.peek_information() : detail::argument_of_8_bytes;
        const std::uint64_t bits = argument(type::floating_point);
        return std::bit_cast<double>(detail::double_bits({information, bits}));
    }

    // Reads a floating-point number, or an integer from -2^53 to 2^53, all of which a double holds
    // exactly.
    constexpr double number() {
        constexpr std::int64_t exact = std::int64_t{1} << 53;
        return peek() == type::floating_point ? floating_point() : static_cast<double>(integer(-exact, exact));
    }

    // Skips a well-formed item of any type, and all items in it. See `max_indefinite_depth` for the
    // limit on nesting. It does not check that texts are UTF-8.
    constexpr void skip() { detail::skipper{heads_}.skip(); }

    // Skips an item in the same way, and returns its encoding, a view of the message.
    constexpr bytes item() {
        const byte* const begin = heads_.position();
        skip();
        return failed() ? bytes{} : bytes{begin, heads_.position()};
    }

    // Makes the reader fail with `unexpected`, for a caller that rejects a value.
    constexpr void refuse() { heads_.fail(read_error::unexpected); }

    [[nodiscard]] constexpr bool failed() const { return heads_.failed(); }
    [[nodiscard]] constexpr read_error error() const { return heads_.error(); }

    // Returns true if all bytes were read and the reader has not failed.
    [[nodiscard]] constexpr bool at_end() const { return !failed() && heads_.rest() == 0; }

    // Returns the first error, or `none`. If there was no error, bytes that are left are
    // `malformed`.
    [[nodiscard]] constexpr read_error finish() {
        if (heads_.rest() != 0) heads_.fail(read_error::malformed);
        return error();
    }

private:
    constexpr std::uint64_t argument(type expected) {
        const type found = peek();
        const std::uint64_t value = heads_.take_argument();
        return found == expected ? value : heads_.fail(read_error::unexpected);
    }

    constexpr bytes string(type expected, std::size_t max_size) {
        const bytes value = heads_.take(argument(expected));
        expect(value.size() <= max_size);
        return failed() ? bytes{} : value;
    }

    constexpr items_left container(type expected, std::size_t max_count) {
        if (heads_.take_indefinite(expected)) return items_left{max_count, true};
        const std::uint64_t count = argument(expected);
        if (count > heads_.rest() >> (expected == type::map)) heads_.fail(read_error::malformed);
        expect(count <= max_count);
        return failed() ? items_left{} : items_left{static_cast<std::size_t>(count), false};
    }

    constexpr std::uint64_t up_to(std::uint64_t max, std::uint64_t value) {
        return value <= max ? value : heads_.fail(read_error::unexpected);
    }
    constexpr void expect(bool holds) {
        if (!holds) refuse();
    }

    detail::head_reader<Mode> heads_;
};

using reader = basic_reader<mode::lenient>;
using deterministic_reader = basic_reader<mode::deterministic>;

}  // namespace mincoap::cbor
