// The options of a request that concern blocks (RFC 7959). The server collects them while it parses
// the message, and only if the site has block-wise resources.
#pragma once

#include <mincoap/message/block.hpp>

namespace mincoap::detail {

// The value of a Block option in the lower 24 bits, and flags above it.
using packed_block = std::uint32_t;
inline constexpr packed_block block_bits = 0xff'ffff;
inline constexpr packed_block has_block = 1U << 24;    // the request has the option
inline constexpr packed_block has_size2 = 1U << 25;    // the request asks for the size of the body
inline constexpr packed_block has_current = 1U << 26;  // the request names the ETag of the current body

struct block_options {
    packed_block block2 = block::max_size_exponent;  // without the option: the largest size
    packed_block block1 = 0;
    bool has_size2 = false;
    bool resource_answers_block2 = false;  // otherwise the server does

    // The encoded ETag options, one after the other.
    const byte* etags_begin = nullptr;
    const byte* etags_end = nullptr;
};

// The place of the reply. It overlaps the request, from the end of the token on.
struct reply_place {
    byte* room_end;                   // behind it lies the part of the request that a handler keeps
    block_options* blocks = nullptr;  // null if the site has no block-wise resource
    std::uint64_t protection = 0;     // see `exchange` and `request::peer`
    std::uint32_t observe = 0;        // the value of the reply's Observe option of three bytes; 0: it has none

    constexpr explicit reply_place(byte* end) : room_end(end) {}
};

}  // namespace mincoap::detail
