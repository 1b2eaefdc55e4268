// A handler's answer. It is a small value that renders itself once the request is gone.
#pragma once

#include <concepts>
#include <new>
#include <type_traits>

#include <mincoap/message/payload_view.hpp>
#include <mincoap/message/short_text.hpp>
#include <mincoap/message/writer.hpp>

namespace mincoap {
namespace detail {

template <typename Render>
concept writes_format = std::invocable<const Render&, message::writer&, message::encoded_content_format>;

// A function whose payload already lies in the room of the reply, beyond the space that its options
// may need.
template <typename Render>
struct rendered_in_room : Render {};
template <typename Render>
rendered_in_room(Render) -> rendered_in_room<Render>;
template <typename Render>
inline constexpr bool reads_room = false;
template <typename Render>
inline constexpr bool reads_room<rendered_in_room<Render>> = true;

// Overwrites the request in checked builds, before the reply is written in its place.
inline void spoil(mutable_bytes request) {
    for (byte& dead : request) dead = 0xa5;
}

template <typename Render>
concept rendering = std::invocable<const Render&, message::writer&> || writes_format<Render>;

}  // namespace detail

// A request that waits for its response. No two requests of a server have the same ticket.
struct ticket {
    std::uint32_t number = 0;

    friend constexpr bool operator==(ticket, ticket) = default;
};

// A reply is built in the memory that held the request. A handler therefore returns a value, which
// the server renders afterwards. A reply owns its data, or points to data that outlives the
// exchange. It must never point into the request, except to a part that
// `request::move_behind_reply` has moved.
//
// If the request has an Accept option and a reply other than an error has another Content-Format,
// the server answers 4.06 instead (RFC 7252 §5.10.4). The handler has already run by then, so a
// handler with side effects that answers with a payload should check `request::accept` first.
class reply {
public:
    // The most bytes that a reply may own. The application keeps larger data, and the reply points
    // to it.
    static constexpr std::size_t capacity = 6 * sizeof(void*);

    // A response code without options and payload. The idiom is `return code::not_found;`.
    reply(mincoap::code code) : head_(head(code, {})), render_(nullptr) {}  // NOLINT(*-explicit-*)

    // A text or bytes, which must outlive the exchange.
    reply(mincoap::code code, message::encoded_content_format format, payload_view payload [[clang::lifetimebound]])
        : head_(head(code, format)), render_(&write_constant), payload_(payload) {}

    // A short text, which the reply copies: `text_of(21.5, 1)`.
    reply(mincoap::code code, message::encoded_content_format format, short_text text)
        : head_(head(code, format)), render_(&write_short_text), text_(text) {}

    // A function `void(message::writer&)` that writes the options and the payload. The server calls
    // it at most once, after the handler has returned. If its output does not fit, the server sends
    // the code of an error alone, and 5.00 in place of any other reply.
    template <std::invocable<message::writer&> Render>
    reply(mincoap::code code, Render how) : reply(code, {}, how) {}

    // The same after a Content-Format, which is then the first option. To write other options
    // before it, such as an ETag, pass a function
    // `void(message::writer&, message::encoded_content_format)`, which must write the
    // Content-Format itself.
    template <detail::rendering Render>
        requires(!std::is_function_v<Render>)
    reply(mincoap::code code, message::encoded_content_format format, const Render& how)
        : head_(head(code, format)), render_(&write_by<Render>) {
        static_assert(sizeof(Render) <= capacity && alignof(Render) <= alignof(std::uint64_t),
                      "mincoap: a reply owns up to 6 pointers' worth of bytes; let it point to more than that");
        static_assert(std::is_trivially_copyable_v<Render> && std::is_trivially_destructible_v<Render>,
                      "mincoap: a reply owns trivially copyable values only, because no destructor runs");
        copy_bytes(reinterpret_cast<const byte*>(&how), sizeof how, storage_);
    }
    template <detail::rendering Function>
        requires std::is_function_v<Function>
    reply(mincoap::code code, message::encoded_content_format format, Function& how) : reply(code, format, &how) {}

    // No response. The client of a Confirmable request gets an Empty Acknowledgement. Any other
    // client gets no message. The code of this reply is `code::empty`.
    static reply nothing() { return reply{mincoap::code::empty, nullptr}; }

    // Returns true if the response comes later: see `later` below.
    bool is_later() const { return head_ >> 8 == later_mark; }

    // Calls the function that was passed to `later`. For a layer that keeps requests.
    void start(ticket of) const { render_(*this, reinterpret_cast<byte*>(&of), nullptr); }

    mincoap::code code() const { return static_cast<mincoap::code>(head_ & 0xff); }

    // Returns true if the reply has a code only.
    bool is_bare() const { return render_ == nullptr; }

    // Returns the Content-Format that the constructor took. It does not know one that the render
    // function writes.
    message::encoded_content_format format() const { return message::encoded_content_format::from_encoded(head_ >> 8); }

    // Writes the options and the payload from `to` on, after a header and a token, and up to
    // `room_end` at most. Returns their end, or null if they do not fit.
    byte* render(byte* to, byte* room_end) const { return render_ == nullptr ? to : render_(*this, to, room_end); }

private:
    using renderer = byte*(const reply&, byte* to, byte* room_end);

    reply(mincoap::code code, renderer* how) : head_(static_cast<std::uint32_t>(code)), render_(how) {}

    // The code, and above it the Content-Format. They share one word, which a handler stores at
    // once.
    static constexpr std::uint32_t head(mincoap::code code, message::encoded_content_format format) {
        MINCOAP_ASSERT(message::is_response(code));
        return static_cast<std::uint32_t>(code) | format.encoded << 8;
    }

    template <std::invocable<ticket> Start>
    friend reply later(Start);

    // Takes the place of the Content-Format. No format has this encoding.
    static constexpr std::uint32_t later_mark = 1;

    // Writes no bytes, so the server sends 5.03 alone. If there is no room, `of` is a ticket, and
    // the function is called.
    template <typename Start>
    static byte* start_by(const reply& self, byte* of, byte* room_end) {  // NOLINT(*-non-const-parameter): a renderer
        const Start& start = *std::launder(reinterpret_cast<const Start*>(self.storage_));
        if (room_end == nullptr) start(*std::launder(reinterpret_cast<const ticket*>(of)));
        return nullptr;
    }

    // Most replies are constants or short texts, which are written directly. A server of constants
    // therefore links no writer.
    static byte* write_constant(const reply& self, byte* to, byte* room_end) {
        return write_payload(self, self.payload_, to, room_end);
    }
    static byte* write_short_text(const reply& self, byte* to, byte* room_end) {
        return self.text_.failed() ? nullptr : write_payload(self, self.text_.view(), to, room_end);
    }
    static byte* write_payload(const reply& self, payload_view payload, byte* to, byte* room_end) {
        if constexpr (checked_build) detail::spoil({to, room_end});
        const message::encoded_content_format format = self.format();
        const std::size_t marker = payload.empty() ? 0 : 1;
        const std::size_t size = format.size() + marker + payload.size();
        if (size > static_cast<std::size_t>(room_end - to)) return nullptr;
        byte* const end = to + size;
        to = format.copy_to(to);
        if (to != end) *to++ = message::payload_marker;
        copy_bytes(payload.data(), payload.size(), to);
        return end;
    }

    template <typename Render>
    static byte* write_by(const reply& self, byte* begin, byte* room_end) {
        if constexpr (checked_build && !detail::reads_room<Render>) detail::spoil({begin, room_end});
        message::writer to{mutable_bytes{begin, room_end}, 0};
        const Render& render = *std::launder(reinterpret_cast<const Render*>(self.storage_));
        if constexpr (detail::writes_format<Render>) {
            render(to, self.format());
        } else {
            to.option(self.format());
            render(to);
        }
        return to.position();
    }

    std::uint32_t head_;
    renderer* render_;
    union {
        payload_view payload_;                           // for write_constant
        short_text text_;                                // for write_short_text
        alignas(std::uint64_t) byte storage_[capacity];  // for write_by
    };
};

// A response that comes later. The server calls `start(ticket)` once it has a place for the
// request, which is still whole then. The program answers with `server.complete(ticket, reply)`. If
// the server has no place, or no layer `separate`, it does not call `start`, and the client gets
// 5.03. With a guard that confirms addresses, the server first asks an unconfirmed client to
// confirm its address (4.01 with Echo), so a forged request starts nothing.
//
//     return later([](ticket t) { adc.start(t); });
template <std::invocable<ticket> Start>
[[nodiscard]] reply later(Start start) {
    static_assert(sizeof(Start) <= reply::capacity && std::is_trivially_copyable_v<Start>,
                  "mincoap: the function of later(...) must be trivially copyable and no larger than 6 pointers");
    reply said{code::service_unavailable, &reply::start_by<Start>};
    said.head_ |= reply::later_mark << 8;
    copy_bytes(reinterpret_cast<const byte*>(&start), sizeof start, said.storage_);
    return said;
}

// Returns 2.05 Content with a text or bytes, which must outlive the exchange, or with a short text,
// which is copied.
template <content_format Format = content_format::text_plain>
reply content(payload_view payload [[clang::lifetimebound]]) {
    return {code::content, Format, payload};
}
template <content_format Format = content_format::text_plain>
reply content(short_text text) {
    return {code::content, Format, text};
}

}  // namespace mincoap
