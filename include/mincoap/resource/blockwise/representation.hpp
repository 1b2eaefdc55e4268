// Representations that are sent block by block (RFC 7959), with nothing kept between blocks.
//
// For users: `document`, `rendered` and `get_blocks` are resources of that kind, and a handler answers with one by
// `return in_blocks<format>(request, what)`; its method says `.accepts_option<option::block2>()`. Where no method of a
// site says so, no option of a request for blocks is looked at. Any block can be asked for, in any order and any size
// from 16 to 1,024 bytes, by any number of clients. A block gets smaller if it would not fit the buffer. A body
// that fits as a whole is sent as a whole unless blocks are asked for; a rendered body has up to 6 bytes less room for
// that, since its options are not known yet. Every response carries an ETag, by which a client notices a change between
// two blocks (§2.4), and 2.03 answers a GET or FETCH whose ETag is the current one (RFC 7252 §5.10.6.2). A response has
// Size2 if the request asks for it (§4).
//
// To write a representation, see the concept. The body may change between two blocks, but not between the calls for
// one: where an interrupt can change it, serve a copy. A function that writes may write something
// else whenever it is called.
//
// A function writes at once, over the request: a handler does not read the request after it has called `in_blocks`.
#pragma once

#include <mincoap/message/block.hpp>
#include <mincoap/message/body_writer.hpp>
#include <mincoap/resource/resource.hpp>

namespace mincoap {

// All of a representation, by its size in bytes and what tells it from others.
struct extent {
    std::uint32_t size = 0;
    etag tag;
};

// `measure` is called once a block, and should not have to read everything; see `etag`. `read` fills all of `to` with
// what stands at the offset, which lies within the size; it returns false if it cannot, which makes a 5.00. It is a
// plain value of up to three pointers' size.
//
// If it has a `bool exists() const`, there may be nothing: a GET is answered with 4.04 then, and If-Match does not
// hold. Without one it is always there, even if its size is 0.
template <typename R>
concept representation = requires(const R& r, std::uint32_t offset, mutable_bytes to) {
    { r.measure() } -> std::same_as<extent>;
    { r.read(offset, to) } -> std::same_as<bool>;
};

// One that is made when it is read, and may be another one each time. `read_anew` measures all of it, and puts what
// stands at the offset into `to`, as far as there is something. It is called once a block.
template <typename R>
concept rendered_representation = representation<R> && requires(const R& r, std::uint32_t offset, mutable_bytes to) {
    { r.read_anew(offset, to) } -> std::same_as<extent>;
};

// One that tells in which Content-Format it is.
template <typename R>
concept formatted_representation = representation<R> && requires(const R& r) {
    { r.format() } -> std::same_as<content_format>;
};

// One that lives elsewhere, and outlives the exchange.
template <representation R>
struct representation_ref {
    const R* target;

    extent measure() const { return target->measure(); }
    bool read(std::uint32_t offset, mutable_bytes to) const { return target->read(offset, to); }
    bool exists() const
        requires requires { target->exists(); }
    {
        return target->exists();
    }
    extent read_anew(std::uint32_t offset, mutable_bytes to) const
        requires rendered_representation<R>
    {
        return target->read_anew(offset, to);
    }
};

namespace detail {

template <typename Source>
concept giving_version = requires(const Source& source) {
    { source() } -> std::unsigned_integral;
};

// A variable that the program changes with the body.
template <std::unsigned_integral Number>
struct version_in {
    const Number* variable;

    constexpr Number operator()() const { return *variable; }
};

}  // namespace detail

// Nothing tells whether a body has changed but the body itself.
struct no_version {};

// A body that a function writes: `rendition{[&log](body_writer& to) { ... }}`. The function is called once for a block,
// and the ETag is a hash of all that it writes.
//
// With a version, as `rendition{write, [&log] { return log.version; }}`, the ETag is one of the version, and bytes that
// the function writes outside the block are only counted. The caller owes that a version never comes back with another
// body, not even after a restart, since clients keep ETags (RFC 7252 §5.10.6): it is kept in flash, or begins at a
// random number of 32 bits. An image that writes the body in another way begins anew as well.
template <std::invocable<body_writer&> Render, typename Version = no_version>
struct rendition {
    Render render;
    [[no_unique_address]] Version version{};

    extent measure() const { return read_anew(0, {}); }
    extent read_anew(std::uint32_t offset, mutable_bytes to) const {
        body_writer all = writer(to, offset);
        render(all);
        return {static_cast<std::uint32_t>(all.size()), all.tag()};
    }
    bool read(std::uint32_t offset, mutable_bytes to) const { return read_anew(offset, to).size >= offset + to.size(); }

private:
    body_writer writer(mutable_bytes to, std::uint32_t offset) const {
        if constexpr (std::same_as<Version, no_version>) return body_writer{to, offset};
        else return body_writer{to, offset, etag::of_version(version())};
    }
};
template <typename Render>
rendition(Render) -> rendition<Render>;
template <typename Render, detail::giving_version Version>
rendition(Render, Version) -> rendition<Render, Version>;

namespace detail {

template <representation R>
bool is_there(const R& what) {
    if constexpr (requires { what.exists(); }) return what.exists();
    else return true;
}

// The options of a request that have that number, as they are encoded, one behind the other: a part of it to be kept.
template <option Number>
bytes encoded_options(const request& r) {
    const bytes token = r.message.token();
    const bytes datagram = r.message.datagram();
    message::option_reader options{token.data() + token.size(), datagram.data() + datagram.size()};
    const byte* begin = nullptr;
    const byte* end = nullptr;
    for (const byte* at = options.position(); options.next() == message::option_reader::step::option;
         at = options.position()) {
        if (options.number() != Number) continue;
        if (begin == nullptr) begin = at;
        end = options.position();
    }
    return {begin, end};
}

// Block2, which the resource answers from now on.
inline block_request block_request_of(const request& r) {
    if (r.place->blocks == nullptr) return block::max_size_exponent;
    block_options& options = *r.place->blocks;
    options.is_taken = true;
    return options.block2 | (options.has_size2 ? has_size2 : 0);
}

// True if the client has the representation of that tag already, which 2.03 tells it: in answer to GET (RFC 7252
// §5.10.6.2) and FETCH (RFC 8132 §2.1).
inline bool has_already(const request& r, etag current) {
    const block_options* const options = r.place->blocks;
    if (options == nullptr || options->etags_end == nullptr || !message::is_safe(r.method())) return false;
    for (const message::option_view tag : message::option_range{bytes{options->etags_begin, options->etags_end}})
        if (current.matches(tag.value)) return true;
    return false;
}

// A block of what there is.
struct block_plan {
    extent all;
    block_request asked;

    // In bytes: a block's number times its size.
    constexpr std::uint32_t offset() const { return block::offset_of(asked); }

    constexpr bool asks_for_size() const { return (asked & has_size2) != 0; }
    constexpr code code_of(code success) const { return (asked & has_current) != 0 ? code::valid : success; }

    // Whether there is such a block. SZX 7 is reserved (RFC 7959 §2.2).
    constexpr bool is_possible() const { return !block::is_reserved(asked) && (offset() == 0 || offset() < all.size); }
};

// What these take in a response, at most, in bytes.
inline constexpr std::size_t etag_size = 5;
inline constexpr std::size_t format_size = 3;
inline constexpr std::size_t max_age_size = 5;
inline constexpr std::size_t block2_size = 4;
inline constexpr std::size_t block1_size = 5;
inline constexpr std::size_t size2_size = 6;
inline constexpr std::size_t marker_size = 1;

// Writes the options, and returns the space for the payload, of no more bytes than the limit: the block asked for or,
// if none is and it fits, everything. A block that would not fit gets smaller, and its number higher (RFC 7959 §2.4). A
// 2.03 has no format, and no payload, but its Max-Age counts as well (RFC 7252 §5.9.1.3).
template <bool SaysMaxAge = false>
mutable_bytes open_block(message::writer& to, content_format format, const block_plan& plan, block_request block1 = 0,
                         std::size_t limit = 0xffff, std::uint32_t max_age = default_max_age) {
    to.uint_option(option::etag, plan.all.tag.number());
    const bool is_current = (plan.asked & has_current) != 0;
    if (!is_current) to.uint_option(option::content_format, static_cast<std::uint32_t>(format));
    if constexpr (SaysMaxAge) to.uint_option(option::max_age, max_age);
    if (is_current) return {};

    const std::size_t behind = marker_size + (block1 != 0 ? block1_size : 0) + (plan.asks_for_size() ? size2_size : 0);
    const std::size_t left = to.remaining() > behind ? to.remaining() - behind : 0;
    const std::size_t room = left < limit + block2_size ? left : limit + block2_size;
    std::uint32_t size = plan.all.size - plan.offset();
    if ((plan.asked & has_block) != 0 || size > room || size > limit) {
        unsigned exponent = block::size_exponent_of(plan.asked);
        std::uint32_t part = 16U << exponent;
        for (; (size < part ? size : part) + block2_size > room; part /= 2)
            if (exponent-- == 0) return to.fail(), mutable_bytes{};
        const std::uint32_t encoded_number = plan.offset() >> exponent;
        if (encoded_number > block_bits) return to.fail(), mutable_bytes{};
        const unsigned more = size > part ? block::more_bit : 0;
        to.uint_option(option::block2, encoded_number | more | exponent);
        if (more != 0) size = part;
    }
    if (block1 != 0) to.uint_option(option::block1, block1 & block_bits);
    if (plan.asks_for_size()) to.uint_option(option::size2, plan.all.size);
    return to.payload_space(size);
}

template <std::uint32_t MaxAge = default_max_age, representation R>
void write_block(message::writer& to, content_format format, const R& what, const block_plan& plan) {
    constexpr bool says_max_age = MaxAge != default_max_age;
    if (!what.read(plan.offset(), open_block<says_max_age>(to, format, plan, 0, 0xffff, MaxAge))) to.fail();
}

// The plan of the block that the request asks for.
inline block_plan plan_of(const request& r, const extent& all) {
    return {all, block_request_of(r) | (has_already(r, all.tag) ? has_current : 0)};
}

// A format that is known when the program is compiled, and one that is found out as it runs, which the reply carries.
template <content_format Format>
struct known_format {
    static constexpr message::encoded_content_format encoded{Format};
    static constexpr content_format of(message::encoded_content_format) { return Format; }
};
struct told_format {
    message::encoded_content_format encoded;

    constexpr explicit told_format(content_format f) : encoded(message::encoded_content_format::encode(f)) {}
    static constexpr content_format of(message::encoded_content_format reply) {
        return static_cast<content_format>(reply.decoded().encoded() - 1);
    }
};

// Reads what is there when the reply is written.
template <std::uint32_t MaxAge, typename Format, representation R>
reply read_reply(const request& r, Format format, const R& what, code success) {
    const block_plan plan = plan_of(r, what.measure());
    if (!plan.is_possible()) return code::bad_request;
    return {plan.code_of(success), format.encoded,
            [what, plan](message::writer& to, message::encoded_content_format encoded) {
                write_block<MaxAge>(to, Format::of(encoded), what, plan);
            }};
}

// A block that is rendered already, in the room of the reply. Its options do not reach there.
struct rendered_block {
    block_plan plan;
    mutable_bytes part;
};

// The room behind the token and so many bytes, and behind the ETags of the request, to which what is rendered is
// compared. A layer may have limited it to less than the request.
inline mutable_bytes room_to_render(const request& r, std::ptrdiff_t options = 0) {
    const reply_place& place = *r.place;
    std::ptrdiff_t left = place.room_end - (r.message.token().data() + r.message.token().size()) - options;
    if (place.blocks != nullptr && place.blocks->etags_end != nullptr) {
        const std::ptrdiff_t behind_etags = place.room_end - place.blocks->etags_end;
        left = behind_etags < left ? behind_etags : left;
    }
    return left > 0 ? mutable_bytes{place.room_end - left, place.room_end} : mutable_bytes{};
}

// Where the block can be rendered: behind what its options will take.
inline mutable_bytes window_of(const request& r, block_request asked, std::size_t max_age) {
    const std::size_t options =
        etag_size + format_size + max_age + block2_size + marker_size + ((asked & has_size2) != 0 ? size2_size : 0);
    const mutable_bytes room = room_to_render(r, static_cast<std::ptrdiff_t>(options));
    const std::size_t size = 16U << block::size_exponent_of(asked);
    return (asked & has_block) != 0 && size < room.size() ? room.first(size) : room;
}

template <std::uint32_t MaxAge, rendered_representation R>
rendered_block render_block(const request& r, const R& what) {
    const block_request asked = block_request_of(r);
    const mutable_bytes part = window_of(r, asked, MaxAge != default_max_age ? max_age_size : 0);
    if constexpr (checked_build) spoil(room_to_render(r));
    return {plan_of(r, what.read_anew(block::offset_of(asked), part)), part};
}

template <std::uint32_t MaxAge, typename Format>
reply rendered_reply(Format format, const rendered_block& block, code success) {
    constexpr bool says_max_age = MaxAge != default_max_age;
    if (!block.plan.is_possible()) return code::bad_request;
    return {block.plan.code_of(success), format.encoded,
            rendered_in_room{[block](message::writer& to, message::encoded_content_format encoded) {
                const mutable_bytes space =
                    open_block<says_max_age>(to, Format::of(encoded), block.plan, 0, block.part.size(), MaxAge);
                move_down(block.part.data(), space.size(), space.data());
            }}};
}

template <std::uint32_t MaxAge, typename Format, representation R>
reply reply_in_blocks(const request& r, Format format, const R& what, code success) {
    if (!is_there(what)) return code::not_found;
    if constexpr (rendered_representation<R>)
        return rendered_reply<MaxAge>(format, render_block<MaxAge>(r, what), success);
    else return read_reply<MaxAge>(r, format, what, success);
}

}  // namespace detail

// The block that the request asks for, or the first one; 4.04 if there is nothing. The format is a template argument,
// or is found out as it runs. Each block says how long it may be cached, if that is not the usual minute.
template <content_format Format = content_format::text_plain, std::uint32_t MaxAge = default_max_age, representation R>
reply in_blocks(const request& r, const R& what, code success = code::content) {
    return detail::reply_in_blocks<MaxAge>(r, detail::known_format<Format>{}, what, success);
}
template <std::uint32_t MaxAge = default_max_age, representation R>
reply in_blocks(const request& r, content_format format, const R& what, code success = code::content) {
    return detail::reply_in_blocks<MaxAge>(r, detail::told_format{format}, what, success);
}

}  // namespace mincoap
