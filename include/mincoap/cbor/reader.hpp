// Reads CBOR data items (RFC 8949), one behind the other, without memory of its own.
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
// A reader that fails stays failed, and reads zeros, nothing and the end of every array. Look at `finish` once, at the
// end, before acting on what was read. What is read of strings points into the bytes that are given. That a map has the
// same key twice is the caller's to refuse (RFC 8949 §5.6).
//
// Why it is not a library: this is freestanding, needs no heap, and is small. To decode four fields of a map and encode
// them again (bench/cbor) adds 1,992 bytes to a program for Cortex-M0+ with GCC 12.2 -Os, and takes 2,315 instructions
// on x86-64. With TinyCBOR 0.6.1 it is 3,105 bytes and 4,046 instructions without a look at UTF-8, and 10,007 bytes
// with its validation, which looks at all there is; with libcbor 0.10.2 it is 14,892 bytes, 14,393 instructions and 42
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

// The items of an array, or the pairs of a map, that are still to be read; see `basic_reader::next`.
class items_left {
public:
    constexpr items_left() = default;
    constexpr items_left(std::size_t count, bool indefinite) : count_(count), indefinite_(indefinite) {}

    // How many there are; of an indefinite length, how many there may be.
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

    // By the first byte of the next item; `nothing` at the end, and of a reader that has failed.
    constexpr type peek() const { return heads_.peek(); }

    constexpr std::uint64_t unsigned_integer(std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) {
        return up_to(max, argument(type::unsigned_integer));
    }

    // The n of -1 - n (RFC 8949 §3.1), which goes down to -2^64.
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

    // As it stands in the message, up to that many bytes. One of indefinite length does not stand in one piece: it is
    // unexpected.
    constexpr bytes byte_string(std::size_t max_size = unlimited) { return string(type::byte_string, max_size); }

    // The same of a text string: UTF-8, without surrogates and overlong forms.
    std::string_view text_string(std::size_t max_size = unlimited) { return as_text(utf8(max_size)); }
    constexpr bytes utf8(std::size_t max_size = unlimited) {
        const bytes value = string(type::text_string, max_size);
        if (is_utf8(value)) return value;
        return heads_.fail(read_error::malformed), bytes{};
    }

    // A head, of either length; then come the items, for which see `next`. To hold more than that many is unexpected. A
    // definite count larger than what is left of the message is malformed, so that it is safe to count by.
    constexpr items_left array(std::size_t max_count = unlimited) { return container(type::array, max_count); }
    constexpr items_left map(std::size_t max_count = unlimited) { return container(type::map, max_count); }

    // Whether there is another item, or a pair, which is to be read before the next call.
    constexpr bool next(items_left& left) {
        if (left.indefinite_ && heads_.take_break()) left = {};
        if (left.indefinite_ && heads_.rest() == 0) heads_.fail(read_error::malformed);
        if (left.indefinite_ && left.count_ == 0) refuse();
        if (failed() || left.count_ == 0) return false;
        --left.count_;
        return true;
    }

    // The number of a tag (RFC 8949 §3.4); what it tags comes next.
    constexpr std::uint64_t tag() { return argument(type::tag); }

    // Of what number it may be; see `item.hpp` for those with a name.
    constexpr byte simple() { return static_cast<byte>(argument(type::simple)); }
    constexpr void null() { expect(simple() == null_value); }
    constexpr void undefined() { expect(simple() == undefined_value); }
    constexpr bool boolean() {
        const byte value = simple();
        expect(value == true_value || value == false_value);
        return value == true_value;
    }

    // In any of the three sizes.
    constexpr double floating_point() {
        const bool is_float = peek() == type::floating_point;
        const unsigned information = is_float ? heads_.peek_information() : detail::argument_of_8_bytes;
        const std::uint64_t bits = argument(type::floating_point);
        return std::bit_cast<double>(detail::double_bits({information, bits}));
    }

    // The same, or an integer of up to 2^53, all of which a double holds exactly.
    constexpr double number() {
        constexpr std::int64_t exact = std::int64_t{1} << 53;
        return peek() == type::floating_point ? floating_point() : static_cast<double>(integer(-exact, exact));
    }

    // A well-formed item of any type, with all that is in it; of nesting see `max_indefinite_depth`. Texts are not held
    // to be UTF-8.
    constexpr void skip() { detail::skipper{heads_}.skip(); }

    // The same, as it stands in the message.
    constexpr bytes item() {
        const byte* const begin = heads_.position();
        skip();
        return failed() ? bytes{} : bytes{begin, heads_.position()};
    }

    // For a caller that cannot take what was read: makes the reader fail with `unexpected`.
    constexpr void refuse() { heads_.fail(read_error::unexpected); }

    constexpr bool failed() const { return heads_.failed(); }
    constexpr read_error error() const { return heads_.error(); }

    // Everything was read, and nothing failed.
    constexpr bool at_end() const { return !failed() && heads_.rest() == 0; }

    // The verdict on it all: the first error. Something that is left is malformed, if nothing failed before.
    constexpr read_error finish() {
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
