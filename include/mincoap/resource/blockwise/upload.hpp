// Large bodies that clients write block by block (RFC 7959 §2.5). Only the sink keeps anything
// between two blocks.
//
//     put_blocks<format>(sink)      PUT
//     post_blocks<format>(sink)     POST, whose response is a large body, too (§3.3)
//
// Each block is passed to the sink as it arrives. The sink must find out whether a block is
// missing, which it answers with 4.08, and whether a block arrives again because its
// acknowledgement was lost, which is no error.
//
// Each block takes effect at once, so a body is not written atomically as §2.5 asks for with 2.31.
// A sink is atomic if it puts the whole body in place with its last block.
//
// Two clients can write at the same time. A sink that takes the request tells them apart by an
// `upload_owner`, as `byte_store` does. A sink that does not take the request, begins anew at
// offset 0 and refuses gaps can end up with a mixture of two bodies.
#pragma once

#include <mincoap/resource/blockwise/block1.hpp>
#include <mincoap/resource/blockwise/document.hpp>
#include <mincoap/resource/blockwise/mistakes.hpp>
#include <mincoap/resource/blockwise/upload_owner.hpp>
#include <mincoap/resource/conditional.hpp>

namespace mincoap {

// A body that is written in blocks:
//
//   code write(std::uint32_t offset, bytes data, bool more)
//   reply write(const request& r, std::uint32_t offset, bytes data, bool more)
//
// Writes `data` at `offset`, in bytes. `more` is true if more blocks follow. Returns the answer to
// the whole request if this is the last block: 2.04 (changed) or 2.01 (created). An error ends the
// transfer: 4.08 (request_entity_incomplete) for a gap, 4.13, 4.15 and so on. Either form may
// return a code or a reply; a reply to any block but the last one counts only if it is an error.
// `data` is a part of the request.
//
// These are optional:
//
//   static constexpr option_set accepted_options = set_of(option::uri_query);
//       The critical options that the sink looks at itself. Others are answered with 4.02.
//   std::uint32_t capacity()
//       Returns the size of the largest body, in bytes. A larger one is answered with 4.13 and Size1.
//
// If the sink is a `block_source` as well, If-Match and If-None-Match are checked with the first
// block; see `conditions_hold`. A sink that names them in `accepted_options` checks them itself.
//
// If the sink is a `formatted_source` and no format is given, it takes a body of any
// Content-Format.
template <typename S>
concept block_sink = requires(S& s, std::uint32_t offset, bytes data, bool more) {
    { s.write(offset, data, more) } -> std::convertible_to<reply>;
} || requires(S& s, const request& r, std::uint32_t offset, bytes data, bool more) {
    { s.write(r, offset, data, more) } -> std::convertible_to<reply>;
};

// A sink that is also the source of the response, once all is written. `code answered() const`
// returns the code of that response, for the blocks of it that are asked for later, or 4.08
// (request_entity_incomplete) if there is none.
template <typename S>
concept answering_sink = block_sink<S> && block_source<S> && requires(const S& s) {
    { s.answered() } -> std::same_as<code>;
};

// Returns whether the If-Match and If-None-Match options of a request hold for the current body
// (RFC 7252 §5.10.8). If they do not, the answer is 4.12.
template <block_source Source>
[[nodiscard]] bool conditions_hold(const request& r, const Source& current) {
    if ((r.critical_options & conditional_options) == 0) return true;
    return precondition_holds(r, detail::has_body(current) ? std::optional{current.measure().tag} : std::nullopt);
}

namespace detail {

// The critical options that a sink looks at itself.
template <typename Sink>
inline constexpr option_set options_of_sink = 0;
template <typename Sink>
    requires requires { Sink::accepted_options; }
inline constexpr option_set options_of_sink<Sink> = Sink::accepted_options;

template <typename Sink>
inline constexpr bool leaves_conditions = block_source<Sink> && (options_of_sink<Sink> & conditional_options) == 0;

template <typename S>
struct is_sink : std::bool_constant<block_sink<S>> {};
template <typename S>
struct is_answering_sink : std::bool_constant<answering_sink<S>> {};

// Anything but a variable that is such a sink. `T` is a reference, or the type of a temporary.
template <typename T, template <typename> typename IsSink>
concept no_sink_variable = !std::is_lvalue_reference_v<T> || !IsSink<std::remove_reference_t<T>>::value;

// Passes the block to the sink. Returns a code or a reply, as the sink does.
template <typename Sink>
auto write_to(Sink& sink, const request& r, const block1_query& query) {
    if constexpr (requires { sink.write(r, query.offset(), r.payload(), query.has_more()); })
        return sink.write(r, query.offset(), r.payload(), query.has_more());
    else return sink.write(query.offset(), r.payload(), query.has_more());
}

// Reads Block1. Returns the error that keeps the block from the sink; `code::empty` if there is
// none.
template <typename Sink>
code read_block_for(const Sink& sink, const request& r, block1_query& query) {
    if (!read_block1(r, query)) return code::bad_request;
    if constexpr (requires { sink.capacity(); })
        if (query.exceeds(sink.capacity(), r)) return code::request_entity_too_large;
    return code::empty;
}

template <typename Sink>
reply error_reply(const Sink& sink, code error) {
    if constexpr (requires { sink.capacity(); })
        if (error == code::request_entity_too_large) return too_large(sink.capacity());
    return error;
}

inline code code_of(code written) { return written; }
inline code code_of(const reply& written) { return written.code(); }

template <typename Sink, content_format... Format>
struct put_in_blocks : method<code::put> {
    static constexpr format_option consumes{Format...};
    static constexpr option_set accepted_options =
        set_of(option::block1) | options_of_sink<Sink> | (block_source<Sink> ? conditional_options : option_set{0});

    static reply serve(const auto& self, const request& r) {
        block1_query query;
        if (const code error = read_block_for(*self.sink, r, query); error != code::empty)
            return error_reply(*self.sink, error);
        if constexpr (leaves_conditions<Sink>)
            if (query.is_first() && !conditions_hold(r, *self.sink)) return code::precondition_failed;
        return block1_reply(write_to(*self.sink, r, query), query);
    }
};

template <content_format Format, content_format Answer, typename Sink>
struct post_in_blocks : method<code::post> {
    static constexpr format_option consumes = Format;
    static constexpr format_option produces = Answer;
    static constexpr option_set accepted_options =
        set_of(option::block1) | set_of(option::block2) | (options_of_sink<Sink> & ~conditional_options);

    static reply serve(const auto& self, const request& r) {
        Sink& sink = *self.sink;
        block1_query body;
        if (const code error = read_block_for(sink, r, body); error != code::empty) return error_reply(sink, error);
        const block2_query answer = read_block2(r);
        // RFC 7959 §3.3: after the last block, the client asks for the rest of the answer without
        // Block1.
        const bool asks_for_rest = answer.number() != 0 && !body.is_given();
        if (answer.is_reserved() || (answer.number() != 0) != asks_for_rest) return code::bad_request;
        if (asks_for_rest) return answer_with(sink, sink.answered(), answer, 0);
        const auto written = write_to(sink, r, body);
        if (is_error(code_of(written)) || body.has_more()) return block1_reply(written, body);
        return answer_with(sink, code_of(written), answer, body.packed);
    }

private:
    static reply answer_with(const Sink& source, code success, block2_query query, packed_block block1) {
        if (is_error(success)) return success;
        const block_plan plan{source.measure(), query};
        if (!plan.is_possible()) return code::bad_request;
        return {success, Answer, [&source, plan, block1](message::writer& to, message::encoded_content_format) {
                    if (!source.read(plan.query.offset(), open_block(to, Answer, plan, block1))) to.fail();
                }};
    }
};

}  // namespace detail

template <typename Method, typename Sink>
struct upload {
    Sink* sink;

    constexpr explicit upload(Sink& s) : sink(&s) {}
    using methods = method_list<Method>;
};

// PUT of a body of that format, block by block. The sink must outlive the site.
template <content_format Format = content_format::octet_stream, block_sink Sink>
    requires(!formatted_source<Sink>)
constexpr auto put_blocks(Sink& sink) {
    return upload<detail::put_in_blocks<Sink, Format>, Sink>{sink};
}
// PUT of a body of any Content-Format, which the sink keeps.
template <block_sink Sink>
    requires formatted_source<Sink>
constexpr auto put_blocks(Sink& sink) {
    return upload<detail::put_in_blocks<Sink>, Sink>{sink};
}

template <content_format Format = content_format::octet_stream, detail::no_sink_variable<detail::is_sink> Other>
constexpr auto put_blocks(Other&&) {
    detail::refuse_sink<Other, detail::is_sink>();
    return constant_document<Format>{{}};
}
template <typename Any>
constexpr auto put_blocks(Any&&, content_format) {
    detail::refuse_format_argument<Any>();
    return constant_document<content_format::octet_stream>{{}};
}

// POST of a body of `Format`, block by block, and a response of the format `Answer`. The sink must
// outlive the site.
template <content_format Format = content_format::octet_stream, content_format Answer = Format, answering_sink Sink>
constexpr auto post_blocks(Sink& sink) {
    return upload<detail::post_in_blocks<Format, Answer, Sink>, Sink>{sink};
}
template <content_format Format = content_format::octet_stream, content_format Answer = Format,
          detail::no_sink_variable<detail::is_answering_sink> Other>
constexpr auto post_blocks(Other&&) {
    detail::refuse_sink<Other, detail::is_answering_sink>();
    return constant_document<Format>{{}};
}

}  // namespace mincoap
