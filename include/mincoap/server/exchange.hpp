// An exchange: one incoming message and its answer, in the same memory. Also functions that read a
// message's header.
#pragma once

#include <mincoap/handler/request.hpp>
#include <mincoap/message/view.hpp>

namespace mincoap {

// Lives while the layers and the site handle one message.
//
// `protection` belongs to a layer that decrypts requests and encrypts their answers (oscore.hpp): how
// it protects this answer; 0 if the request is a plain one. An inner layer that stores the request for
// later stores this value too, by `next.keep_protection`.
struct exchange : detail::reply_place {
    // The error of the last parse. If there is none, `request` may be read until the site has
    // answered. The answer is written over it.
    message::parse_error error = message::parse_error::none;

    // The request's method. It stays valid after the answer has overwritten the header.
    code method = code::empty;

    // The error code if no handler may see the request; `code::empty` if one may. A layer may set
    // it before it passes the request on.
    code refusal = code::empty;

    // True if no datagram came in: a layer sends a message on its own.
    bool emitted = false;

    // The current size of the message in the buffer, in bytes.
    std::size_t size;

    // The datagram, later its answer with the same header and token.
    mutable_bytes buffer;

    // The source and the route of the datagram. `from.size` stays the size of the datagram.
    origin& from;

    mincoap::request request;

    // How many bytes outer layers will append to the answer; see `reserve`.
    std::size_t reserved = 0;

    exchange(mutable_bytes memory, origin& in, std::uint32_t now_ms)
        : reply_place(memory.data() + memory.size()), size(in.size), buffer(memory), from(in),
          request(in, now_ms, *this) {}
    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;

    byte* header() const { return buffer.data(); }
    std::uint32_t now_ms() const { return request.now_ms; }

    // Reserves `count` bytes that the layer will append to the answer of the inner layers.
    constexpr void reserve(std::size_t count) { reserved += count; }

    // Limits the answer to `most` bytes, at least 12. A response in blocks shrinks. Any other
    // response that is too large becomes 5.00, or is dropped if the request came by multicast.
    void limit_to(std::size_t most) {
        if (most < static_cast<std::size_t>(room_end - header())) room_end = header() + most;
    }
};

// ---- The header of a message (RFC 7252 §3)

// Bits of the first byte. In a request, the first one is set if it is Non-confirmable. Setting the
// second one turns a Confirmable message into an Acknowledgement.
inline constexpr byte non_confirmable_bit = 0x10;
inline constexpr byte acknowledgement_bit = 0x20;

// Returns where the token ends, in bytes from the header; more than 12 if the token's length is a
// reserved one.
[[nodiscard]] inline std::size_t token_end_of(const exchange& x) {
    return message::header_size + message::token_size_of(x.header());
}

[[nodiscard]] inline bool is_confirmable(const exchange& x) {
    return message::type_of(x.header()) == message::type::confirmable;
}

inline void set_message_id(byte* header, std::uint16_t id) {
    header[2] = static_cast<byte>(id >> 8);
    header[3] = static_cast<byte>(id);
}

// Returns true if a layer has decrypted the request.
[[nodiscard]] inline bool is_authentic(const exchange& x) {
    return (x.protection & detail::protection_is_authentic) != 0;
}

namespace detail {

// Copies how the answer is protected, for a layer that stores the request.
inline void keep_protection(const exchange& x, byte* to) {
    copy_bytes(reinterpret_cast<const byte*>(&x.protection), sizeof x.protection, to);
}

// Returns true if two requests come from the same peer, or if both are plain ones. `kept` points to
// the second protection.
[[nodiscard]] inline bool is_same_peer(std::uint64_t protection, const byte* kept) {
    std::uint64_t other = 0;
    copy_bytes(kept, sizeof other, reinterpret_cast<byte*>(&other));
    return ((protection ^ other) & ~protection_is_observed) >> protection_context == 0;
}

}  // namespace detail

// Turns the message into an Empty one of that type with the same Message ID. Returns its size in
// bytes.
[[nodiscard]] inline std::size_t make_empty(const exchange& x, message::type type) {
    byte* const header = x.header();
    header[0] = static_cast<byte>(0x40U | static_cast<unsigned>(type) << 4);
    header[1] = static_cast<byte>(code::empty);
    return message::header_size;
}

// Answers a Confirmable message with an Empty one of that type. Any other message, and any message
// that came by multicast (RFC 7252 §8.1), gets no answer. Returns the size of the answer in bytes.
[[nodiscard, gnu::always_inline]] inline std::size_t answer_empty(const exchange& x, message::type type) {
    return is_confirmable(x) && !x.from.multicast ? make_empty(x, type) : 0;
}

// Acknowledges a message (RFC 7252 §4.2). Returns the size of the answer in bytes.
[[nodiscard]] inline std::size_t acknowledge(const exchange& x) {
    return answer_empty(x, message::type::acknowledgement);
}

// Rejects a message that cannot be processed (RFC 7252 §4.2, §4.3). Returns the size of the answer
// in bytes.
[[nodiscard]] inline std::size_t reject(const exchange& x) { return answer_empty(x, message::type::reset); }

// Returns true if the message, which must have no error, is a request that may be answered: it is
// not an Acknowledgement or Reset (RFC 7252 §4.2), and by multicast it is Non-confirmable (§8.1).
[[nodiscard]] inline bool is_answerable(const exchange& x) {
    const byte* const header = x.header();
    if (!is_request(message::code_of(header)) || (header[0] & acknowledgement_bit) != 0) return false;
    return (header[0] & non_confirmable_bit) != 0 || !x.from.multicast;
}

// Returns true if the message is a response, or an Empty Acknowledgement or Reset, which may belong
// to a message that a layer has sent.
[[nodiscard]] inline bool is_response_or_ack(const exchange& x) {
    using message::type;
    if (x.error != message::parse_error::none || x.from.truncated) return false;
    const type t = message::type_of(x.header());
    const code c = message::code_of(x.header());
    if (is_response(c)) return t != type::reset;
    return c == code::empty && (t == type::acknowledgement || t == type::reset);
}

// Returns true if the server may answer the message: a request with a response, any other
// Confirmable message with a Reset or an Acknowledgement.
[[nodiscard]] inline bool may_draw_reply(const exchange& x) {
    using message::parse_error;
    if (x.error == parse_error::none && is_answerable(x)) return true;
    const bool is_message = x.error == parse_error::none || x.error == parse_error::format;
    return is_message && !x.from.multicast && is_confirmable(x);
}

}  // namespace mincoap
