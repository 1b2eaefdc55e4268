// One message that came in and its answer, in the same memory; and functions of a message's header.
#pragma once

#include <mincoap/handler/request.hpp>
#include <mincoap/message/view.hpp>

namespace mincoap {

// For as long as the layers and the site deal with one message.
struct exchange : detail::reply_place {
    // The error of the last parse. Without one, `request` may be read until the site has answered, and not later: the
    // answer is written over it.
    message::parse_error error = message::parse_error::none;

    // The request's method, also once its header has become that of the answer.
    code method = code::empty;

    // Why no handler may see the request; `code::empty` if one may. A layer may set it before it goes on.
    code refusal = code::empty;

    // True if nothing came in: a layer sends a message by itself.
    bool emitted = false;

    // The size of the message in the buffer as it is now, in bytes.
    std::size_t size;

    // The datagram, and then its answer behind the same header and token.
    mutable_bytes buffer;

    // Where the datagram came from. `from.size` stays that of the datagram.
    origin& from;

    mincoap::request request;

    // How many bytes layers outside will add to the answer: see `reserve`.
    std::size_t reserved = 0;

    // A layer that protects answers notes here how it protects this one; 0: it does not. A layer inside that keeps the
    // request keeps this note with it, and puts it here again before it has the answer sent.
    std::uint64_t protection = 0;

    exchange(mutable_bytes memory, origin& in, std::uint32_t now_ms)
        : reply_place(memory.data() + memory.size()), size(in.size), buffer(memory), from(in),
          request(in, now_ms, *this) {}
    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;

    byte* header() const { return buffer.data(); }
    std::uint32_t now_ms() const { return request.now_ms; }

    // Leaves so many bytes for what the layer will add to the answer of the layers inside.
    constexpr void reserve(std::size_t count) { reserved += count; }

    // The answer has so many bytes at most, at least 12: a response in blocks gets smaller, another one that is too
    // large becomes 5.00, or nothing in answer to multicast.
    void limit_to(std::size_t most) {
        if (most < static_cast<std::size_t>(room_end - header())) room_end = header() + most;
    }
};

// ---- The header of a message (RFC 7252 §3)

// Two bits of a message that may be a request: one tells Non-confirmable from Confirmable, the other one makes it an
// Acknowledgement.
inline constexpr byte non_confirmable_bit = 0x10;
inline constexpr byte acknowledgement_bit = 0x20;

// Where the token ends; more than 12 if its size is a reserved one.
inline std::size_t token_end_of(const exchange& x) { return message::header_size + message::token_size_of(x.header()); }

inline bool is_confirmable(const exchange& x) { return message::type_of(x.header()) == message::type::confirmable; }

// Turns the message into an Empty one of that type with its Message ID. Returns its size.
inline std::size_t make_empty(const exchange& x, message::type type) {
    byte* const header = x.header();
    header[0] = static_cast<byte>(0x40U | static_cast<unsigned>(type) << 4);
    header[1] = static_cast<byte>(code::empty);
    return message::header_size;
}

// Answers a Confirmable message with an Empty one of that type. Any other message, and one that came by multicast (RFC
// 7252 §8.1), gets silence. Returns the size of the answer.
[[gnu::always_inline]] inline std::size_t answer_empty(const exchange& x, message::type type) {
    return is_confirmable(x) && !x.from.multicast ? make_empty(x, type) : 0;
}

// The answer to a response that was expected (RFC 7252 §4.2).
inline std::size_t acknowledge(const exchange& x) { return answer_empty(x, message::type::acknowledgement); }

// The answer to a message that cannot be processed (RFC 7252 §4.2, §4.3).
inline std::size_t reject(const exchange& x) { return answer_empty(x, message::type::reset); }

// True if the message, which has no error, is a request that may be answered: not in an Acknowledgement or Reset (RFC
// 7252 §4.2), and by multicast only if it is Non-confirmable (§8.1).
inline bool is_answerable(const exchange& x) {
    const byte* const header = x.header();
    if (!is_request(message::code_of(header)) || (header[0] & acknowledgement_bit) != 0) return false;
    return (header[0] & non_confirmable_bit) != 0 || !x.from.multicast;
}

// True if the message is a response, or an Empty Acknowledgement or Reset: to something that a layer has sent.
inline bool is_reaction(const exchange& x) {
    using message::type;
    if (x.error != message::parse_error::none || x.from.truncated) return false;
    const type t = message::type_of(x.header());
    const code c = message::code_of(x.header());
    if (is_response(c)) return t != type::reset;
    return c == code::empty && (t == type::acknowledgement || t == type::reset);
}

// True if something may be sent for the message: a response to a request; a Reset or an Acknowledgement to another
// Confirmable message.
inline bool may_draw_reply(const exchange& x) {
    using message::parse_error;
    if (x.error == parse_error::none && is_answerable(x)) return true;
    const bool is_message = x.error == parse_error::none || x.error == parse_error::format;
    return is_message && !x.from.multicast && is_confirmable(x);
}

}  // namespace mincoap
