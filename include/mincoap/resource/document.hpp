// Large resources to be read, block by block: see representation.hpp for what they all do.
//
//     document("...")                          a constant; its ETag is computed at compile time
//     document<content_format::json>(bytes)    the same of another format
//     rendered<format>(f)                      what `void f(body_writer&)` writes, called twice for each block
//     get_blocks<format>(source)               anything that can be read by offset: flash, a file, a sensor's history
#pragma once

#include <mincoap/resource/link.hpp>
#include <mincoap/resource/representation.hpp>

namespace mincoap {
namespace detail {

template <content_format Format>
struct get_in_blocks : method<code::get> {
    static constexpr format_option produces = Format;
    static constexpr option_set understands = set_of(option::block2);
    static reply serve(const auto& self, const request& r) { return in_blocks<Format>(r, self.representation()); }
};

struct constant_body {
    payload_view payload;
    etag tag;

    extent measure() const { return {static_cast<std::uint32_t>(payload.size()), tag}; }
    bool read(std::uint32_t offset, mutable_bytes to) const {
        copy_bytes(payload.data() + offset, to.size(), to.data());
        return true;
    }
};

}  // namespace detail

template <content_format Format>
struct constant_document : linkable<constant_document<Format>> {
    detail::constant_body body;

    constexpr explicit constant_document(detail::constant_body b) : body(b) {}
    constexpr representation_ref<detail::constant_body> representation() const { return {&body}; }

    using methods = method_list<detail::get_in_blocks<Format>>;
};

template <content_format Format, typename Render>
struct rendered_document : linkable<rendered_document<Format, Render>> {
    rendition<Render> body;

    constexpr explicit rendered_document(Render render) : body{render} {}
    constexpr representation_ref<rendition<Render>> representation() const { return {&body}; }

    using methods = method_list<detail::get_in_blocks<Format>>;
};

template <content_format Format, representation Source>
struct source_document : linkable<source_document<Format, Source>> {
    const Source* source;

    constexpr explicit source_document(const Source& s) : source(&s) {}
    constexpr representation_ref<Source> representation() const { return {source}; }

    using methods = method_list<detail::get_in_blocks<Format>>;
};

// It outlives the site: a literal, or a std::string_view or std::span of something static.
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

template <content_format Format = content_format::text_plain, std::invocable<body_writer&> Render>
constexpr auto rendered(Render render) {
    return rendered_document<Format, Render>{render};
}

// The source outlives the site.
template <content_format Format = content_format::octet_stream, representation Source>
constexpr auto get_blocks(const Source& source) {
    return source_document<Format, Source>{source};
}
template <content_format Format = content_format::octet_stream, representation Source>
constexpr auto get_blocks(const Source&& temporary) = delete;

}  // namespace mincoap
