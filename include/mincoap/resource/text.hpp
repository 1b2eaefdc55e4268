// Constant resources: a text or bytes that never change.
#pragma once

#include <mincoap/resource/resource.hpp>

namespace mincoap {

// GET answers 2.05 with the payload. It outlives the server: a literal, or a static object.
template <content_format Format, std::uint32_t MaxAge = default_max_age>
struct constant {
    payload_view payload;

    constexpr explicit constant(payload_view p [[clang::lifetimebound]]) : payload(p) {}

    // Sets for how many seconds the response may be cached (RFC 7252 §5.10.5): `text("...").max_age<3600>()`.
    template <std::uint32_t Seconds>
    constexpr auto max_age() const {
        return constant<Format, Seconds>{payload};
    }

    struct get : method<code::get> {
        static constexpr format_option produces = Format;
        static reply serve(const constant& self, const request&) {
            if constexpr (MaxAge == default_max_age) return content<Format>(self.payload);
            else return {code::content, Format, lasting{self.payload}};
        }
    };
    using methods = method_list<get>;

private:
    struct lasting {
        payload_view payload;
        void operator()(message::writer& to) const {
            to.uint_option(option::max_age, MaxAge);
            to.payload(bytes{payload.data(), payload.size()});
        }
    };
};

// A text in UTF-8.
constexpr auto text(payload_view payload [[clang::lifetimebound]]) {
    return constant<content_format::text_plain>{payload};
}

}  // namespace mincoap
