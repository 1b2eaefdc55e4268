// Constant resources: a text or bytes that never change.
#pragma once

#include <mincoap/resource/link.hpp>

namespace mincoap {

// GET answers 2.05 with the payload. It outlives the server: a literal, or a static object.
template <content_format Format>
struct constant : linkable<constant<Format>> {
    payload_view payload;

    constexpr explicit constant(payload_view p [[clang::lifetimebound]]) : payload(p) {}

    struct get : method<code::get> {
        static constexpr format_option produces = Format;
        static reply serve(const constant& self, const request&) { return content<Format>(self.payload); }
    };
    using methods = method_list<get>;
};

// A text in UTF-8.
constexpr auto text(payload_view payload [[clang::lifetimebound]]) {
    return constant<content_format::text_plain>{payload};
}

}  // namespace mincoap
