// Error texts for arguments that are no sources and no sinks.
#pragma once

#include <concepts>
#include <type_traits>

#include <mincoap/message/payload_view.hpp>
#include <mincoap/resource/blockwise/block_source.hpp>

namespace mincoap::detail {

// Stops the compilation, with a sentence for each way in which `Given` is no source. `Given` is a
// reference, or the type of a temporary.
template <typename Given>
consteval void refuse_source() {
    using type = std::remove_cvref_t<Given>;
    constexpr bool is_source = block_source<type>;
    constexpr bool is_text = byte_like<type> || byte_owner<type>;
    constexpr bool is_function = std::invocable<type&, body_writer&>;
    constexpr bool is_pointer = std::is_pointer_v<type> && !is_text && !is_function;
    constexpr bool measures = requires(const type& s) {
        { s.measure() } -> std::same_as<body_info>;
    };
    static_assert(!is_source,
                  "mincoap: the site refers to its source, and this one is a temporary: pass a variable that outlives "
                  "the site");
    static_assert(!is_text, "mincoap: text and bytes are no source of blocks: serve them by document(...)");
    static_assert(!is_function, "mincoap: a function is no source of blocks: serve it by generated(f), or answer with "
                                "in_blocks(request, generated_body{f})");
    static_assert(!is_pointer, "mincoap: this is a pointer to a source: pass the source itself");
    static_assert(is_source || is_text || is_function || is_pointer || measures,
                  "mincoap: a source of blocks has a function body_info measure() const");
    static_assert(is_source || is_text || is_function || is_pointer || !measures,
                  "mincoap: a source of blocks has a function bool read(std::uint32_t offset, mutable_bytes to) const");
}

// The same for a sink. `answers` tells whether the sink is also the source of the answer.
template <typename Given, template <typename> typename IsSink>
consteval void refuse_sink() {
    using variable = std::remove_reference_t<Given>;
    using type = std::remove_cv_t<variable>;
    constexpr bool is_sink = IsSink<type>::value;
    constexpr bool is_constant = is_sink && !IsSink<variable>::value;
    constexpr bool is_pointer = std::is_pointer_v<type>;
    static_assert(!is_constant, "mincoap: a sink is written to: pass a variable that is not constant");
    static_assert(!is_sink || is_constant,
                  "mincoap: the site refers to its sink, and this one is a temporary: pass a variable that outlives "
                  "the site");
    static_assert(!is_pointer, "mincoap: this is a pointer to a sink: pass the sink itself");
    static_assert(is_sink || is_pointer,
                  "mincoap: a sink has a function code write(std::uint32_t offset, bytes data, bool more), which may "
                  "take the request in front and may return a reply; the sink of post_blocks is a source as well, and "
                  "has a function code answered() const");
}

// A Content-Format is known at compile time, and is a template argument.
template <typename Given>
consteval void refuse_format_argument() {
    static_assert(!std::same_as<Given, Given>,
                  "mincoap: the Content-Format is a template argument, as in document<content_format::json>(...)");
}

}  // namespace mincoap::detail
