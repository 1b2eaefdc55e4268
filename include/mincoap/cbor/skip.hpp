// Skips a CBOR data item and all items in it, without recursion.
#pragma once

#include <array>

#include <mincoap/cbor/head_reader.hpp>

namespace mincoap::cbor {

// How deep arrays and maps of indefinite length may be nested in an item that is skipped. Deeper
// nesting is `unexpected`. Tags and definite lengths may be nested without a limit, because a
// single number counts the items in all of them.
inline constexpr unsigned max_indefinite_depth = 8;

namespace detail {

template <mode Mode>
class skipper {
public:
    constexpr explicit skipper(head_reader<Mode>& in) : in_(in) {}

    constexpr void skip() {
        while (left_ != 0 && !in_.failed()) {
            --left_;
            skip_head();
            leave_ended();
        }
    }

private:
    constexpr void skip_head() {
        const type found = in_.peek();
        const bool is_string = found == type::byte_string || found == type::text_string;
        const bool is_container = found == type::array || found == type::map;
        if (is_string && in_.take_indefinite(found)) return skip_chunks(found);
        if (is_container && in_.take_indefinite(found)) return open(found == type::map);

        const std::uint64_t argument = in_.take_argument();
        if (is_string) in_.take(argument);
        if (is_container) add_items(argument, found == type::map);
        if (found == type::tag) add_items(1, false);
    }

    // Each item takes at least a byte, so a count above the bytes that are left is malformed, and
    // no sum overflows.
    constexpr void add_items(std::uint64_t count, bool are_pairs) {
        const std::size_t rest = in_.rest();
        if (left_ > rest || count > (rest - left_) >> are_pairs) in_.fail(read_error::malformed);
        else left_ += static_cast<std::size_t>(count) << are_pairs;
    }

    // Chunks are strings of the same major type and of definite length (RFC 8949 §3.2.3).
    constexpr void skip_chunks(type found) {
        while (!in_.failed() && !in_.take_break()) {
            if (in_.peek() != found || in_.take_indefinite(found)) in_.fail(read_error::malformed);
            in_.take(in_.take_argument());
        }
    }

    constexpr void open(bool is_map) {
        if (depth_ == max_indefinite_depth) return void(in_.fail(read_error::unexpected));
        const unsigned bit = 1U << depth_;
        maps_ = is_map ? maps_ | bit : maps_ & ~bit;
        outer_[depth_++] = left_;
        left_ = 0;
    }

    // At the end of an item or pair of an indefinite length, either a break or another item or pair
    // follows. A break between a key and its value is therefore not accepted, and malformed.
    constexpr void leave_ended() {
        while (left_ == 0 && depth_ != 0) {
            if (in_.take_break()) left_ = outer_[--depth_];
            else left_ = 1 + (maps_ >> (depth_ - 1) & 1);
        }
    }

    head_reader<Mode>& in_;
    std::size_t left_ = 1;  // items to come, up to the end of the innermost indefinite length
    unsigned depth_ = 0;
    unsigned maps_ = 0;                                    // bit d: a map was opened at depth d
    std::array<std::size_t, max_indefinite_depth> outer_;  // items to come in the items around it
};

}  // namespace detail
}  // namespace mincoap::cbor
