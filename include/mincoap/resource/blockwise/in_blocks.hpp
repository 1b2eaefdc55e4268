// Replies in blocks (RFC 7959), with nothing kept between two blocks.
//
// For users: a handler of your own answers from a source by `return in_blocks<format>(request,
// source)`. Its method says `.accepts_option<option::block2>()`; a site without any such method
// ignores the options for blocks.
//
// Any number of clients can ask for any block, in any order and any size from 16 to 1,024 bytes. A
// block gets smaller if it would not fit the buffer. A body that fits is sent as a whole unless the
// client asks for blocks; for this, a generated body has up to 6 bytes less room, because its
// options are not known yet. Each response has an ETag, which tells a client that the body changed
// between two blocks (§2.4). A GET or FETCH that names the current ETag is answered with 2.03 (RFC
// 7252 §5.10.6.2). A response has Size2 if the request asks for it (§4).
#pragma once

#include <mincoap/message/insert.hpp>
#include <mincoap/resource/blockwise/block2.hpp>
#include <mincoap/resource/blockwise/generated_body.hpp>
#include <mincoap/resource/blockwise/mistakes.hpp>

namespace mincoap {
namespace detail {

// A Content-Format that is known at compile time, and one that the reply carries because it is
// known at run time only.
template <content_format Format>
struct static_format {
    static constexpr message::encoded_content_format encoded{Format};
    static constexpr content_format of(message::encoded_content_format) { return Format; }
};
struct dynamic_format {
    message::encoded_content_format encoded;

    constexpr explicit dynamic_format(content_format f) : encoded(message::encoded_content_format::encode(f)) {}
    static constexpr content_format of(message::encoded_content_format in_reply) {
        return static_cast<content_format>(in_reply.decoded().encoded() - 1);
    }
};

// Reads the source when the reply is written.
template <std::uint32_t MaxAge, typename Format, block_source Source>
reply read_reply(const request& r, Format format, const Source& source, code success) {
    const block_plan plan = plan_block(r, source.measure());
    if (!plan.is_possible()) return code::bad_request;
    return {plan.code_for(success), format.encoded,
            [source, plan](message::writer& to, message::encoded_content_format encoded) {
                write_block<MaxAge>(to, Format::of(encoded), source, plan);
            }};
}

// A block that is already written, at the end of the place of the reply. The options of the reply
// do not reach it.
struct generated_block {
    block_plan plan;
    mutable_bytes part;
};

// Returns the free end of the place of the reply. It begins after the token and `options` more
// bytes, and after the ETags of the request, which are compared later. A layer may have limited the
// place to less than the request.
[[nodiscard]] inline mutable_bytes room_to_generate(const request& r, std::ptrdiff_t options = 0) {
    const reply_place& place = *r.place;
    std::ptrdiff_t left = place.room_end - (r.message.token().data() + r.message.token().size()) - options;
    if (place.blocks != nullptr && place.blocks->etags_end != nullptr) {
        const std::ptrdiff_t after_etags = place.room_end - place.blocks->etags_end;
        left = after_etags < left ? after_etags : left;
    }
    return left > 0 ? mutable_bytes{place.room_end - left, place.room_end} : mutable_bytes{};
}

// The bytes in which the block is written, behind the space for the options.
[[nodiscard]] inline mutable_bytes window_of(const request& r, block2_query query, std::size_t max_age) {
    const std::size_t options = (r.place->observe != 0 ? message::inserted_size : 0) + etag_size + format_size +
                                max_age + block2_size + marker_size + (query.asks_for_size() ? size2_size : 0);
    const mutable_bytes room = room_to_generate(r, static_cast<std::ptrdiff_t>(options));
    return query.is_given() && query.size() < room.size() ? room.first(query.size()) : room;
}

template <std::uint32_t MaxAge, generating_source Source>
generated_block generate_block(const request& r, const Source& source) {
    const block2_query query = read_block2(r);
    const mutable_bytes part = window_of(r, query, MaxAge != default_max_age ? max_age_size : 0);
    if constexpr (checked_build) spoil(room_to_generate(r));
    return {plan_block(r, source.generate(query.offset(), part)), part};
}

template <std::uint32_t MaxAge, typename Format>
reply generated_reply(Format format, const generated_block& block, code success) {
    constexpr bool says_max_age = MaxAge != default_max_age;
    if (!block.plan.is_possible()) return code::bad_request;
    return {block.plan.code_for(success), format.encoded,
            rendered_in_room{[block](message::writer& to, message::encoded_content_format encoded) {
                const mutable_bytes space =
                    open_block<says_max_age>(to, Format::of(encoded), block.plan, 0, block.part.size(), MaxAge);
                move_down(block.part.data(), space.size(), space.data());
            }}};
}

template <std::uint32_t MaxAge, typename Format, block_source Source>
reply reply_in_blocks(const request& r, Format format, const Source& source, code success) {
    if (!has_body(source)) return code::not_found;
    if constexpr (generating_source<Source>)
        return generated_reply<MaxAge>(format, generate_block<MaxAge>(r, source), success);
    else return read_reply<MaxAge>(r, format, source, success);
}

}  // namespace detail

// Answers with the block that the request asks for or, without Block2, with the whole body or its
// first block.
//
// The Content-Format is a template argument, or an argument if it is known at run time only.
// `MaxAge` tells for how many seconds the response may be cached; 60 is the default of the protocol
// and is not sent. `success` is the code of the response.
//
// Returns 4.04 if the source has no body, 4.00 if the body has no such block, and 2.03 if the
// client already has it.
//
// A generated body is written at once, over the request: the handler must not read the request
// after this call. Any other source is copied, and read after the handler has returned.
template <content_format Format = content_format::text_plain, std::uint32_t MaxAge = default_max_age,
          block_source Source>
[[nodiscard]] reply in_blocks(const request& r, const Source& source, code success = code::content) {
    return detail::reply_in_blocks<MaxAge>(r, detail::static_format<Format>{}, source, success);
}
template <std::uint32_t MaxAge = default_max_age, block_source Source>
[[nodiscard]] reply in_blocks(const request& r, content_format format, const Source& source,
                              code success = code::content) {
    return detail::reply_in_blocks<MaxAge>(r, detail::dynamic_format{format}, source, success);
}
template <content_format Format = content_format::text_plain, std::uint32_t MaxAge = default_max_age, typename Other>
    requires(!block_source<Other>)
reply in_blocks(const request&, const Other&, code = code::content) {
    detail::refuse_source<const Other&>();
    return code::internal_server_error;
}

}  // namespace mincoap
