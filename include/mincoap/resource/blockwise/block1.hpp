// The block of a body that a request carries: Block1 (RFC 7959 §2.3), and the reply to it.
//
// For users: `put_blocks` and `post_blocks` do all of this for a sink; see upload.hpp. In a handler
// of your own:
//
//     reply write_image(const request& r) {
//         block1_query query;
//         if (!read_block1(r, query)) return code::bad_request;
//         if (query.exceeds(capacity, r)) return too_large(capacity);
//         if (!store(query.offset(), r.payload())) return code::request_entity_incomplete;
//         if (!query.has_more()) start_image();
//         return block1_reply(code::changed, query);
//     }
//
// The method of such a handler says `.accepts_option<option::block1>()`. See `upload_owner` for two
// clients that write at the same time.
#pragma once

#include <optional>

#include <mincoap/handler/reply.hpp>
#include <mincoap/handler/request.hpp>
#include <mincoap/message/block.hpp>

namespace mincoap {

// The block that a request carries. A request without Block1 carries the whole body.
struct block1_query {
    block part;
    std::uint32_t announced_size = 0;  // the size of the whole body in bytes, from Size1; else 0
    detail::packed_block packed = 0;   // the option, for the response

    // Returns whether the request has Block1.
    [[nodiscard]] constexpr bool is_given() const { return packed != 0; }

    // Returns the offset of the block in the body, in bytes.
    [[nodiscard]] constexpr std::uint32_t offset() const { return part.offset(); }
    [[nodiscard]] constexpr bool is_first() const { return part.number == 0; }

    // Returns whether more blocks follow.
    [[nodiscard]] constexpr bool has_more() const { return part.more; }

    // Returns whether the body is larger than so many bytes, as far as this request tells.
    [[nodiscard]] constexpr bool exceeds(std::uint32_t capacity, const request& r) const {
        const std::size_t size = r.payload().size();
        return announced_size > capacity || size > capacity || offset() > capacity - size;
    }
};

// Reads Block1 and Size1 of a request. Returns false if the block has the reserved size, or another
// size than its payload; a block with others behind it is full. The answer is 4.00 then (RFC 7959
// §2.2, §2.3).
[[nodiscard]] inline bool read_block1(const request& r, block1_query& to) {
    for (const message::option_view o : r.message.options()) {
        if (o.number == option::size1 && o.value.size() <= 4 && to.announced_size == 0) to.announced_size = o.uint();
        if (o.number != option::block1) continue;
        const std::optional<block> part = block::decode(o.uint());
        if (!part) return false;
        to.part = *part;
        to.packed = part->encoded() | detail::has_block;
    }
    const std::size_t size = r.payload().size();
    if (!to.is_given()) return true;
    return to.has_more() ? size == to.part.size() : size <= to.part.size();
}

// Returns 4.13 with the largest possible size, in bytes (RFC 7959 §2.9.3, §4).
[[nodiscard]] inline reply too_large(std::uint32_t capacity) {
    return {code::request_entity_too_large,
            [capacity](message::writer& to) { to.uint_option(option::size1, capacity); }};
}

// Returns the reply to a block. `written` is the answer to the whole request: the client gets 2.31
// instead while more blocks follow, with Block1 (RFC 7959 §2.3). An error is sent at once, and as
// it is.
[[nodiscard]] inline reply block1_reply(code written, const block1_query& query) {
    if (is_error(written) || !query.is_given()) return written;
    return {query.has_more() ? code::continue_ : written, [packed = query.packed](message::writer& to) {
                to.uint_option(option::block1, packed & detail::block_bits);
            }};
}

// The same for an answer that says more than a code. Unless it is an error, it counts for the last
// block only.
[[nodiscard]] inline reply block1_reply(const reply& written, const block1_query& query) {
    const bool says_more = !written.is_bare() && !query.has_more();
    return is_error(written.code()) || says_more ? written : block1_reply(written.code(), query);
}

}  // namespace mincoap
