// Large resources to be written, block by block (RFC 7959 §2.5), with nothing kept between blocks but what the resource
// keeps itself.
//
//     put_blocks<format>(sink)      PUT
//     post_blocks<format>(both)     POST; what it answers with is large too (§3.3)
//
// Blocks are handed over in the order in which they come: it is for the sink to find out whether one is missing (4.08),
// or comes again since the answer to it was lost, which is no error. Each takes effect at once: the resource is not
// written atomically (§2.5 calls for that where it says 2.31), unless the sink puts the whole in place with its last
// block. Two clients can write at the same time: a sink that is given the request tells them apart by an
// `upload_owner`, as `byte_store` does. One that is not, and begins anew with offset 0 and refuses gaps, can end with a
// mixture of two bodies.
#pragma once

#include <mincoap/resource/blockwise/document.hpp>
#include <mincoap/resource/blockwise/upload_owner.hpp>
#include <mincoap/resource/conditional.hpp>

namespace mincoap {

// Takes the bytes that stand at that offset of the body; `more` follow, or these are the last ones. It returns what the
// whole request is answered with, if this is the last block: 2.04 (changed) or 2.01 (created). Any error ends the
// transfer: 4.08 (request_entity_incomplete) for a gap, 4.13, 4.15 and so on. To tell more than a code, it returns a
// reply; one to a block that is not the last counts only if it is an error.
//
// If it takes the request in front, it is given that: who asks, the query, the path. `data` is a part of it. It may
// name critical options that it looks at, such as `static constexpr option_set accepted_options =
// set_of(option::uri_query)`; others are answered with 4.02.
//
// If it has a `capacity()`, in bytes, larger bodies are answered with 4.13 and Size1.
//
// If it is a `representation` as well, If-Match and If-None-Match are understood, and have to hold for it when the
// first block comes; see `conditions_hold`. One that names them in `accepted_options` looks at them itself.
//
// If it is a `formatted_source` and no format is given, a body of any Content-Format is taken.
template <typename S>
concept block_sink = requires(S& s, std::uint32_t offset, bytes data, bool more) {
    { s.write(offset, data, more) } -> std::convertible_to<reply>;
} || requires(S& s, const request& r, std::uint32_t offset, bytes data, bool more) {
    { s.write(r, offset, data, more) } -> std::convertible_to<reply>;
};

// A sink that is the representation of the answer as well, once all is written. `answered` is the code of that answer,
// for the blocks of it that are asked for later; 4.08 (request_entity_incomplete) if there is none.
template <typename S>
concept answering_sink = block_sink<S> && block_source<S> && requires(const S& s) {
    { s.answered() } -> std::same_as<code>;
};

// Whether the If-Match and If-None-Match of a request hold for what is there (RFC 7252 §5.10.8).
template <block_source R>
bool conditions_hold(const request& r, const R& current) {
    if ((r.critical & conditional_options) == 0) return true;
    return precondition_holds(r, detail::is_there(current) ? std::optional{current.measure().tag} : std::nullopt);
}

namespace detail {

// One block of a body, or all of it.
struct incoming {
    block part;
    packed_block answer = 0;  // Block1 of the response
    std::uint32_t size1 = 0;   // of the body, as announced; or 0
};

// Whether the options are as they must be, and go with the payload: a block that is not the last one is full.
inline bool read_incoming(const request& r, incoming& to) {
    for (const message::option_view o : r.message.options()) {
        if (o.number == option::size1 && o.value.size() <= 4 && to.size1 == 0) to.size1 = o.uint();
        if (o.number != option::block1) continue;
        const std::optional<block> part = block::decode(o.uint());
        if (!part) return false;
        to.part = *part;
        to.answer = part->encoded() | has_block;
    }
    const std::size_t size = r.payload().size();
    if (to.answer == 0) return true;
    return to.part.more ? size == to.part.size() : size <= to.part.size();
}

// 4.13 with the size that is possible (RFC 7959 §2.9.3, §4).
inline reply too_large(std::uint32_t capacity) {
    return {code::request_entity_too_large,
            [capacity](message::writer& to) { to.uint_option(option::size1, capacity); }};
}

constexpr bool exceeds_capacity(std::uint32_t capacity, const incoming& in, std::size_t size) {
    return in.size1 > capacity || size > capacity || in.part.offset() > capacity - size;
}

// The critical options that a sink looks at itself.
template <typename Sink>
inline constexpr option_set options_of_sink = 0;
template <typename Sink>
    requires requires { Sink::accepted_options; }
inline constexpr option_set options_of_sink<Sink> = Sink::accepted_options;

template <typename Sink>
inline constexpr bool leaves_conditions = block_source<Sink> && (options_of_sink<Sink> & conditional_options) == 0;

// Hands the block over. What it returns is a code or a reply.
template <typename Sink>
auto take_block(Sink& sink, const request& r, const incoming& in) {
    if constexpr (requires { sink.write(r, in.part.offset(), r.payload(), in.part.more); })
        return sink.write(r, in.part.offset(), r.payload(), in.part.more);
    else return sink.write(in.part.offset(), r.payload(), in.part.more);
}

// Why there is nothing to hand over; `code::empty` if there is.
template <typename Sink>
code refusal(const Sink& sink, const request& r, incoming& in) {
    if (!read_incoming(r, in)) return code::bad_request;
    if constexpr (requires { sink.capacity(); })
        if (exceeds_capacity(sink.capacity(), in, r.payload().size())) return code::request_entity_too_large;
    return code::empty;
}

template <typename Sink>
reply refused_reply(const Sink& sink, code refused) {
    if constexpr (requires { sink.capacity(); })
        if (refused == code::request_entity_too_large) return too_large(sink.capacity());
    return refused;
}

inline code code_of(code taken) { return taken; }
inline code code_of(const reply& taken) { return taken.code(); }

inline reply taken_reply(code taken, packed_block answer) {
    if (is_error(taken) || answer == 0) return taken;
    return {taken, [answer](message::writer& to) { to.uint_option(option::block1, answer & block_bits); }};
}

// The answer to a block, of which more may follow, by what the sink returned.
inline reply block_taken(code taken, const incoming& in) {
    return taken_reply(!is_error(taken) && in.part.more ? code::continue_ : taken, in.answer);
}
inline reply block_taken(const reply& taken, const incoming& in) {
    const bool says_more = !taken.is_bare() && !in.part.more;
    return is_error(taken.code()) || says_more ? taken : block_taken(taken.code(), in);
}

template <typename Sink, content_format... Format>
struct put_in_blocks : method<code::put> {
    static constexpr format_option consumes{Format...};
    static constexpr option_set accepted_options =
        set_of(option::block1) | options_of_sink<Sink> | (block_source<Sink> ? conditional_options : option_set{0});

    static reply serve(const auto& self, const request& r) {
        incoming in;
        if (const code refused = refusal(*self.sink, r, in); refused != code::empty)
            return refused_reply(*self.sink, refused);
        if constexpr (leaves_conditions<Sink>)
            if (in.part.number == 0 && !conditions_hold(r, *self.sink)) return code::precondition_failed;
        return block_taken(take_block(*self.sink, r, in), in);
    }
};

template <content_format Format, content_format Answer, typename Sink>
struct post_in_blocks : method<code::post> {
    static constexpr format_option consumes = Format;
    static constexpr format_option produces = Answer;
    static constexpr option_set accepted_options =
        set_of(option::block1) | set_of(option::block2) | (options_of_sink<Sink> & ~conditional_options);

    static reply serve(const auto& self, const request& r) {
        Sink& both = *self.sink;
        incoming in;
        if (const code refused = refusal(both, r, in); refused != code::empty) return refused_reply(both, refused);
        const packed_block asked = block_request_of(r);
        // RFC 7959 §3.3: once the request is complete, the rest of the answer to it is asked for without Block1.
        const bool asks_for_more = block::number_of(asked) != 0;
        const bool goes_on = asks_for_more && in.answer == 0;
        if (block::is_reserved(asked) || asks_for_more != goes_on) return code::bad_request;
        if (goes_on) return answer_in_blocks(both.answered(), both, asked, 0);
        const auto taken = take_block(both, r, in);
        if (is_error(code_of(taken)) || in.part.more) return block_taken(taken, in);
        return answer_in_blocks(code_of(taken), both, asked, in.answer);
    }

private:
    static reply answer_in_blocks(code answer, const Sink& body, packed_block asked, packed_block block1) {
        if (is_error(answer)) return answer;
        const block_plan plan{body.measure(), asked};
        if (!plan.is_possible()) return code::bad_request;
        return {answer, Answer, [&body, plan, block1](message::writer& to, message::encoded_content_format) {
                    if (!body.read(plan.offset(), open_block(to, Answer, plan, block1))) to.fail();
                }};
    }
};

}  // namespace detail

template <typename Method, typename Sink>
struct upload : linkable<upload<Method, Sink>> {
    Sink* sink;

    constexpr explicit upload(Sink& s) : sink(&s) {}
    using methods = method_list<Method>;
};

// What is given outlives the site.
template <content_format Format = content_format::octet_stream, block_sink Sink>
    requires(!formatted_source<Sink>)
constexpr auto put_blocks(Sink& sink) {
    return upload<detail::put_in_blocks<Sink, Format>, Sink>{sink};
}
template <block_sink Sink>
    requires formatted_source<Sink>
constexpr auto put_blocks(Sink& sink) {
    return upload<detail::put_in_blocks<Sink>, Sink>{sink};
}

template <content_format Format = content_format::octet_stream, content_format Answer = Format, answering_sink Both>
constexpr auto post_blocks(Both& both) {
    return upload<detail::post_in_blocks<Format, Answer, Both>, Both>{both};
}

}  // namespace mincoap
