// The options of a request that concern blocks (RFC 7959): collected in the one parse of the message, where the site
// has blocks.
#pragma once

#include <mincoap/message/block.hpp>

namespace mincoap::detail {

// The value of a Block option, and above its 24 bits whether there is one, and what else of a request counts when it is
// gone.
using packed_block = std::uint32_t;
inline constexpr packed_block block_bits = 0xff'ffff;
inline constexpr packed_block has_block = 1U << 24;
inline constexpr packed_block has_size2 = 1U << 25;
inline constexpr packed_block has_current = 1U << 26;  // the client names the ETag of what there is

struct block_options {
    packed_block block2 = block::max_size_exponent;  // of the largest size if there is none
    packed_block block1 = 0;
    bool has_size2 = false;
    bool is_taken = false;  // Block2: by the resource, which answers with that block

    // The ETag options as they are encoded, one behind the other.
    const byte* etags_begin = nullptr;
    const byte* etags_end = nullptr;
};

// Where the reply to a request is written: over the request, from behind the token on.
struct reply_place {
    byte* room_end;                   // a part of the request that a handler keeps lies behind it
    block_options* blocks = nullptr;  // null: the site has no blocks

    constexpr explicit reply_place(byte* end) : room_end(end) {}
};

}  // namespace mincoap::detail
