// The block of a response that a request asks for: Block2 (RFC 7959 §2.4).
//
// For users: `in_blocks` does all of this. A handler of your own needs these pieces if it has to
// know the block before it answers, or writes the response itself:
//
//     reply read_history(const request& r) {
//         const block_plan plan = plan_block(r, history.measure());
//         if (!plan.is_possible()) return code::bad_request;
//         if (!wake_flash_chip()) return unavailable(1);
//         return {plan.code_for(code::content), content_format::cbor,
//                 [plan](message::writer& to, message::encoded_content_format) {
//                     write_block(to, content_format::cbor, history, plan);
//                 }};
//     }
//
// The method of such a handler says `.accepts_option<option::block2>()`.
#pragma once

#include <mincoap/message/block.hpp>
#include <mincoap/message/writer.hpp>
#include <mincoap/resource/blockwise/block_source.hpp>
#include <mincoap/resource/resource.hpp>

namespace mincoap {

// The block that a request asks for: that of its Block2 option or, without the option, as much as
// fits.
struct block2_query {
    detail::packed_block packed = block::max_size_exponent;

    // Returns whether the request has the option.
    [[nodiscard]] constexpr bool is_given() const { return (packed & detail::has_block) != 0; }

    // Returns whether the block size is the reserved one, which must lead to 4.00 (RFC 7959 §2.2).
    [[nodiscard]] constexpr bool is_reserved() const { return block::is_reserved(packed); }

    // Returns whether the response should tell the size of the body, in Size2 (RFC 7959 §4).
    [[nodiscard]] constexpr bool asks_for_size() const { return (packed & detail::has_size2) != 0; }

    [[nodiscard]] constexpr std::uint32_t number() const { return block::number_of(packed); }

    // Return the offset of the block in the body, and its size unless it is the last one, in bytes.
    [[nodiscard]] constexpr std::uint32_t offset() const { return block::offset_of(packed); }
    [[nodiscard]] constexpr std::uint32_t size() const { return 16U << block::size_exponent_of(packed); }
};

// Reads Block2 and Size2 of a request. From then on the handler answers Block2: the server, which
// otherwise cuts the block out of a response, leaves this response alone.
[[nodiscard]] inline block2_query read_block2(const request& r) {
    if (r.place->blocks == nullptr) return {};
    detail::block_options& options = *r.place->blocks;
    options.resource_answers_block2 = true;
    return {options.block2 | (options.has_size2 ? detail::has_size2 : 0)};
}

// The block of a certain body that answers a request.
struct block_plan {
    body_info all;
    block2_query query;

    // Returns whether the body has such a block. If not, the answer is 4.00 (RFC 7959 §2.2).
    [[nodiscard]] constexpr bool is_possible() const {
        return !query.is_reserved() && (query.offset() == 0 || query.offset() < all.size);
    }

    // Returns whether the client already has this body.
    [[nodiscard]] constexpr bool is_current() const { return (query.packed & detail::has_current) != 0; }

    // The code of the response: 2.03 if the client already has this body, else `success`.
    [[nodiscard]] constexpr code code_for(code success) const { return is_current() ? code::valid : success; }
};

namespace detail {

// Returns whether the client named the tag of the current body in an ETag option. The answer to a
// GET (RFC 7252 §5.10.6.2) or FETCH (RFC 8132 §2.1) is 2.03 then.
[[nodiscard]] inline bool has_already(const request& r, etag current) {
    const block_options* const options = r.place->blocks;
    if (options == nullptr || options->etags_end == nullptr || !message::is_safe(r.method())) return false;
    for (const message::option_view tag : message::option_range{bytes{options->etags_begin, options->etags_end}})
        if (current.matches(tag.value)) return true;
    return false;
}

// The largest size of each option in a response, and of the payload marker, in bytes.
inline constexpr std::size_t etag_size = 5;
inline constexpr std::size_t format_size = 3;
inline constexpr std::size_t max_age_size = 5;
inline constexpr std::size_t block2_size = 4;
inline constexpr std::size_t block1_size = 5;
inline constexpr std::size_t size2_size = 6;
inline constexpr std::size_t marker_size = 1;

// Writes the options of a response, and returns the space for its payload.
//
// The payload is the block that is asked for. If none is asked for, it is the whole body if that
// fits, and else the first block. It has at most `limit` bytes. A block that does not fit gets
// smaller, and its number higher (RFC 7959 §2.4). A 2.03 has no format and no payload, but its
// Max-Age counts as well (RFC 7252 §5.9.1.3). Not even a block of 16 bytes may fit: the writer
// fails then.
template <bool SaysMaxAge = false>
mutable_bytes open_block(message::writer& to, content_format format, const block_plan& plan, packed_block block1 = 0,
                         std::size_t limit = 0xffff, std::uint32_t max_age = default_max_age) {
    to.uint_option(option::etag, plan.all.tag.number());
    const bool is_current = plan.is_current();
    if (!is_current) to.uint_option(option::content_format, static_cast<std::uint32_t>(format));
    if constexpr (SaysMaxAge) to.uint_option(option::max_age, max_age);
    if (is_current) return {};

    const std::size_t after_block2 =
        marker_size + (block1 != 0 ? block1_size : 0) + (plan.query.asks_for_size() ? size2_size : 0);
    const std::size_t left = to.remaining() > after_block2 ? to.remaining() - after_block2 : 0;
    const std::size_t room = left < limit + block2_size ? left : limit + block2_size;
    std::uint32_t size = plan.all.size - plan.query.offset();
    if (plan.query.is_given() || size > room || size > limit) {
        unsigned exponent = block::size_exponent_of(plan.query.packed);
        std::uint32_t part = 16U << exponent;
        for (; (size < part ? size : part) + block2_size > room; part /= 2)
            if (exponent-- == 0) return to.fail(), mutable_bytes{};
        const std::uint32_t encoded_number = plan.query.offset() >> exponent;
        if (encoded_number > block_bits) return to.fail(), mutable_bytes{};
        const unsigned more = size > part ? block::more_bit : 0;
        to.uint_option(option::block2, encoded_number | more | exponent);
        if (more != 0) size = part;
    }
    if (block1 != 0) to.uint_option(option::block1, block1 & block_bits);
    if (plan.query.asks_for_size()) to.uint_option(option::size2, plan.all.size);
    return to.payload_space(size);
}

}  // namespace detail

// Plans the block of this body that the request asks for. Like `read_block2`, it leaves Block2 to
// the handler.
[[nodiscard]] inline block_plan plan_block(const request& r, const body_info& all) {
    return {all, {read_block2(r).packed | (detail::has_already(r, all.tag) ? detail::has_current : 0)}};
}

// Writes a response with its options, ETag first, and the planned block of the body.
// `plan.is_possible()` must be true. `MaxAge` tells for how many seconds the response may be
// cached. The writer fails if not even a block of 16 bytes fits or the source cannot be read; the
// client gets 5.00 then.
template <std::uint32_t MaxAge = default_max_age, block_source Source>
void write_block(message::writer& to, content_format format, const Source& source, const block_plan& plan) {
    constexpr bool says_max_age = MaxAge != default_max_age;
    if (!source.read(plan.query.offset(), detail::open_block<says_max_age>(to, format, plan, 0, 0xffff, MaxAge)))
        to.fail();
}

}  // namespace mincoap
