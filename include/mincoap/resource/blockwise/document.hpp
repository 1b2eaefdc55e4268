// Large resources that clients read block by block; see in_blocks.hpp for their common behaviour.
//
//     document("...")                    a constant; its ETag is computed at compile time
//     document<format>(bytes)            a constant of another format
//     generated<format>(f)               the bytes that `void f(body_writer&)` writes for each block
//     generated<format>(f).version(v)    the same; `v` changes whenever the body does, and makes the ETag
//     get_blocks<format>(source)         a `block_source`: flash, a file, the history of a sensor
//
// A block of a document or of a source costs as much as it is long. A block of a generated body
// costs a hash of the whole body or, with a version, one call of `put` for each part of the body.
//
// Each has `.max_age<seconds>()`: `at<"manual">(document("...").max_age<3600>())`. It tells for
// how long a response may be cached (RFC 7252 §5.10.5).
#pragma once

#include <mincoap/resource/blockwise/in_blocks.hpp>
#include <mincoap/resource/resource.hpp>

namespace mincoap {
namespace detail {

template <content_format Format, std::uint32_t MaxAge>
struct get_in_blocks : method<code::get> {
    static constexpr format_option produces = Format;
    static constexpr option_set accepted_options = set_of(option::block2);
    static reply serve(const auto& self, const request& r) { return in_blocks<Format, MaxAge>(r, self.body_source()); }
};

// The source tells the format at run time. The server checks Accept against it.
template <std::uint32_t MaxAge>
struct get_formatted : method<code::get> {
    static constexpr option_set accepted_options = set_of(option::block2);
    static reply serve(const auto& self, const request& r) {
        return in_blocks<MaxAge>(r, self.source->format(), self.body_source());
    }
};

template <typename T>
concept no_document = !buffer<T> && !std::convertible_to<T, std::string_view> && !std::convertible_to<T, bytes>;
template <typename T>
concept no_source_variable = !std::is_lvalue_reference_v<T> || !block_source<std::remove_cvref_t<T>>;

struct constant_body {
    payload_view payload;
    etag tag;

    [[nodiscard]] body_info measure() const { return {static_cast<std::uint32_t>(payload.size()), tag}; }
    [[nodiscard]] bool read(std::uint32_t offset, mutable_bytes to) const {
        copy_bytes(payload.data() + offset, to.size(), to.data());
        return true;
    }
};

}  // namespace detail

template <content_format Format, std::uint32_t MaxAge = default_max_age>
struct constant_document {
    detail::constant_body body;

    constexpr explicit constant_document(detail::constant_body b) : body(b) {}
    constexpr source_ref<detail::constant_body> body_source() const { return {&body}; }

    template <std::uint32_t Seconds>
    constexpr auto max_age() const {
        return constant_document<Format, Seconds>{body};
    }

    using methods = method_list<detail::get_in_blocks<Format, MaxAge>>;
};

template <content_format Format, typename Write, typename Version = no_version, std::uint32_t MaxAge = default_max_age>
struct generated_document {
    generated_body<Write, Version> body;

    constexpr explicit generated_document(const generated_body<Write, Version>& b) : body(b) {}
    constexpr source_ref<generated_body<Write, Version>> body_source() const { return {&body}; }

    // Makes the ETag of a version: a function that returns an unsigned integer, or an unsigned
    // variable that outlives the site. No two bodies may have the same version; see
    // `generated_body`.
    template <detail::giving_version Source>
    constexpr auto version(Source source) const {
        return generated_document<Format, Write, Source, MaxAge>{{body.write, source}};
    }
    template <std::unsigned_integral Number>
    constexpr auto version(const Number& variable [[clang::lifetimebound]]) const {
        return version(detail::version_in<Number>{&variable});
    }
    template <detail::no_version_source Other>
    constexpr auto version(Other&&) const {
        static_assert(!detail::no_version_source<Other>,
                      "mincoap: a version is a variable of an unsigned type that outlives the site, or a function that "
                      "returns such a number");
        return *this;
    }

    template <std::uint32_t Seconds>
    constexpr auto max_age() const {
        return generated_document<Format, Write, Version, Seconds>{body};
    }

    using methods = method_list<detail::get_in_blocks<Format, MaxAge>>;
};

template <content_format Format, block_source Source, std::uint32_t MaxAge = default_max_age>
struct source_document {
    const Source* source;

    constexpr explicit source_document(const Source& s) : source(&s) {}
    constexpr source_ref<Source> body_source() const { return {source}; }

    template <std::uint32_t Seconds>
    constexpr auto max_age() const {
        return source_document<Format, Source, Seconds>{*source};
    }

    using methods = method_list<detail::get_in_blocks<Format, MaxAge>>;
};

template <formatted_source Source, std::uint32_t MaxAge = default_max_age>
struct formatted_document {
    const Source* source;

    constexpr explicit formatted_document(const Source& s) : source(&s) {}
    constexpr source_ref<Source> body_source() const { return {source}; }

    template <std::uint32_t Seconds>
    constexpr auto max_age() const {
        return formatted_document<Source, Seconds>{*source};
    }

    using methods = method_list<detail::get_formatted<MaxAge>>;
};

// GET of a constant, in blocks: a literal, or a std::string_view or std::span of text or bytes that
// outlive the site.
template <content_format Format = content_format::text_plain, std::size_t N>
constexpr auto document(const char (&literal [[clang::lifetimebound]])[N]) {
    return constant_document<Format>{{literal, etag{std::string_view{literal, payload_view{literal}.size()}}}};
}
template <content_format Format = content_format::text_plain>
constexpr auto document(std::string_view text [[clang::lifetimebound]]) {
    return constant_document<Format>{{text, etag{text}}};
}
template <content_format Format = content_format::octet_stream>
constexpr auto document(bytes data [[clang::lifetimebound]]) {
    return constant_document<Format>{{data, etag{data}}};
}

template <content_format Format = content_format::text_plain, detail::buffer Owner>
constexpr auto document(Owner&&) {
    detail::refuse_buffer<Owner>();
    return constant_document<Format>{{}};
}
template <content_format Format = content_format::text_plain, detail::no_document Other>
constexpr auto document(Other&&) {
    static_assert(!detail::no_document<Other>,
                  "mincoap: a document is text or bytes: a number is served by value(...), a function by "
                  "generated(...), a source by get_blocks(...)");
    return constant_document<Format>{{}};
}
template <typename Any>
constexpr auto document(Any&&, content_format) {
    detail::refuse_format_argument<Any>();
    return constant_document<content_format::text_plain>{{}};
}

// GET of the bytes that a function writes, in blocks. The function is void(body_writer&), and is
// called once per block.

template <content_format Format = content_format::text_plain, detail::writes_body Write>
constexpr auto generated(Write write) {
    return generated_document<Format, Write>{{write}};
}
template <content_format Format = content_format::text_plain, typename Other>
    requires(!detail::writes_body<Other>)
constexpr auto generated(Other) {
    static_assert(detail::writes_body<Other>,
                  "mincoap: generated takes a function void(body_writer&) that is callable as const: a lambda is not "
                  "mutable; text that never changes is served by document(...)");
    return constant_document<Format>{{}};
}
template <typename Any>
constexpr auto generated(Any&&, content_format) {
    detail::refuse_format_argument<Any>();
    return constant_document<content_format::text_plain>{{}};
}

// GET of a source, in blocks. The source must outlive the site.
template <content_format Format = content_format::octet_stream, block_source Source>
    requires(!formatted_source<Source>)
constexpr auto get_blocks(const Source& source) {
    return source_document<Format, Source>{source};
}
template <formatted_source Source>
constexpr auto get_blocks(const Source& source) {
    return formatted_document<Source>{source};
}
template <content_format Format = content_format::octet_stream, detail::no_source_variable Other>
constexpr auto get_blocks(Other&&) {
    detail::refuse_source<Other>();
    return constant_document<Format>{{}};
}
template <content_format Format, formatted_source Source>
constexpr auto get_blocks(const Source& source) {
    static_assert(!formatted_source<Source>,
                  "mincoap: this source tells its Content-Format itself: write get_blocks(source)");
    return formatted_document<Source>{source};
}
template <typename Any>
constexpr auto get_blocks(Any&&, content_format) {
    detail::refuse_format_argument<Any>();
    return constant_document<content_format::octet_stream>{{}};
}

}  // namespace mincoap
