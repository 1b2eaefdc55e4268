// What a handler answers with: a small value that renders itself once the request is gone.
#pragma once

#include <concepts>
#include <new>
#include <type_traits>

#include <mincoap/message/writer.hpp>

namespace mincoap {

// A reply is built in the memory that held the request. A handler therefore returns what it has to say as a value, and
// the server has it rendered afterwards: a reply owns what it needs, or points to what outlives the exchange, but
// never into the request.
class reply {
public:
    // What a reply may own, in bytes; more belongs to the application, with a pointer to it here.
    static constexpr std::size_t capacity = 4 * sizeof(void*);

    // Just the code: no options, no payload. `return code::not_found;` is the idiom.
    reply(mincoap::code code) : reply(head(code, {})) {}  // NOLINT(*-explicit-*)

    // A text, or bytes, that outlive the exchange.
    reply(mincoap::code code, message::encoded_content_format format, std::string_view payload)
        : reply(head(code, format)) {
        payload_ = payload;
    }

    // A function `void(message::writer&)` that writes the options and the payload. It is called at most once, after the
    // handler has returned; if what it writes does not fit, 5.00 is sent in its place.
    template <std::invocable<message::writer&> Render>
    reply(mincoap::code code, Render render) : reply(head(code, {}), render) {}

    // The same behind a Content-Format, which is the first option then.
    template <std::invocable<message::writer&> Render>
    reply(mincoap::code code, message::encoded_content_format format, Render render)
        : reply(head(code, format), render) {}

    mincoap::code code() const { return static_cast<mincoap::code>(head_ & 0xff); }

    void render(message::writer& to) const {
        const message::encoded_content_format format = message::encoded_content_format::from_encoded(head_ >> 8);
        if (format.size() != 0) {
            to.option(format);
            if (render_ == nullptr) to.payload(payload_);
        }
        if (render_ != nullptr) render_(storage_, to);
    }

private:
    // The code, and above it the Content-Format: one word, which a handler stores at once.
    static constexpr std::uint32_t head(mincoap::code code, message::encoded_content_format format) {
        return static_cast<std::uint32_t>(code) | format.encoded << 8;
    }

    explicit reply(std::uint32_t head) : head_(head), render_(nullptr) {}

    template <typename Render>
    reply(std::uint32_t head, Render render) : head_(head), render_(&call<Render>) {
        static_assert(sizeof(Render) <= capacity && alignof(Render) <= alignof(std::uint64_t),
                      "mincoap: a reply owns up to 4 pointers' worth of bytes; let it point to more than that");
        static_assert(std::is_trivially_copyable_v<Render> && std::is_trivially_destructible_v<Render>,
                      "mincoap: a reply owns plain values only, since nothing destroys it");
        ::new (static_cast<void*>(storage_)) Render(render);
    }

    template <typename Render>
    static void call(const void* render, message::writer& to) {
        (*static_cast<const Render*>(render))(to);
    }

    std::uint32_t head_;
    void (*render_)(const void*, message::writer&);
    union {
        std::string_view payload_;                       // if there is a format and no render_
        alignas(std::uint64_t) byte storage_[capacity];  // for render_
    };
};

// 2.05 Content: a text, or bytes, that outlive the exchange.
template <content_format Format = content_format::text_plain>
reply content(std::string_view payload) {
    return {code::content, Format, payload};
}

}  // namespace mincoap
