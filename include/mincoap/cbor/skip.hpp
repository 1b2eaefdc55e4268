// Skips a data item of CBOR with all that is in it, without recursion.
#pragma once

#include <array>

#include <mincoap/cbor/head_reader.hpp>

namespace mincoap::cbor {

// How deep arrays and maps of indefinite length may be nested in an item that is skipped; deeper is unexpected. The
// nesting of tags and of definite lengths has no limit, since it takes no memory: what they hold adds up to one number.
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
        if (in_.peek_indefinite()) return skip_indefinite(found);
        const std::uint64_t argument = in_.take_argument();
        switch (found) {
            case type::byte_string:
            case type::text_string: in_.take(argument); break;
            case type::array: return add_items(argument, 1);
            case type::map: return add_items(argument, 2);
            case type::tag: return add_items(1, 1);
            default: break;
        }
    }

    // Each item that is to come takes a byte at least, so that nothing overflows.
    constexpr void add_items(std::uint64_t count, unsigned each) {
        const std::size_t rest = in_.rest();
        if (left_ > rest || count > (rest - left_) / each) in_.fail(read_error::malformed);
        else left_ += static_cast<std::size_t>(count) * each;
    }

    constexpr void skip_indefinite(type found) {
        in_.take_indefinite();
        if (found == type::byte_string || found == type::text_string) skip_chunks(found);
        else if (depth_ == max_indefinite_depth) in_.fail(read_error::unexpected);
        else open(found == type::map);
    }

    // RFC 8949 §3.2.3: chunks are strings of the same major type and of definite length.
    constexpr void skip_chunks(type found) {
        while (!in_.failed() && !in_.take_break()) {
            if (in_.peek() != found || in_.peek_indefinite()) in_.fail(read_error::malformed);
            in_.take(in_.take_argument());
        }
    }

    constexpr void open(bool is_map) {
        const unsigned bit = 1U << depth_;
        maps_ = is_map ? maps_ | bit : maps_ & ~bit;
        outer_[depth_++] = left_;
        left_ = 0;
    }

    // Where nothing is left there is a break, or another item or pair. So a break between a key and its value is not
    // taken for one, and malformed.
    constexpr void leave_ended() {
        while (left_ == 0 && depth_ != 0) {
            if (in_.take_break()) left_ = outer_[--depth_];
            else left_ = 1 + (maps_ >> (depth_ - 1) & 1);
        }
    }

    head_reader<Mode>& in_;
    std::size_t left_ = 1;  // items to come, up to the end of the innermost indefinite length
    unsigned depth_ = 0;
    unsigned maps_ = 0;                                      // bit d: what was opened at depth d is a map
    std::array<std::size_t, max_indefinite_depth> outer_{};  // what is left around it
};

}  // namespace detail
}  // namespace mincoap::cbor
