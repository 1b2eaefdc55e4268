// The memory of one exchange, and what is done to a datagram by its header alone.
#pragma once

#include <mincoap/message/block.hpp>
#include <mincoap/message/view.hpp>
#include <mincoap/net/udp_socket.hpp>

namespace mincoap {

// The memory of one exchange. All that matters from one datagram to the next is an answer that waits for the socket.
struct exchange {
    mutable_bytes buffer;        // the largest datagram that is taken or sent: at least 12 bytes, 22 with a guard;
                                 // at most 65,535
    std::size_t reply_size = 0;  // of the answer in the buffer, in bytes; 0: none waits
    net::arrival in{};           // the datagram that was received

    constexpr explicit exchange(mutable_bytes memory) : buffer(memory) {}
};

namespace detail {

// Where the token ends; more than 12 if its size is a reserved one.
constexpr std::size_t token_end_of(const exchange& e) {
    return message::header_size + message::token_size_of(e.buffer.data());
}

// The type in the first byte, RFC 7252 §3, of what may be a request: one bit tells Non-confirmable from Confirmable,
// the other one makes it an Acknowledgement.
inline constexpr byte non_confirmable_bit = 0x10;
inline constexpr byte acknowledgement_bit = 0x20;

// Turns the datagram into an Empty message of that type with its Message ID. Returns its size.
inline std::size_t make_empty(exchange& e, message::type type) {
    byte* const buffer = e.buffer.data();
    buffer[0] = static_cast<byte>(0x40U | static_cast<unsigned>(type) << 4);
    buffer[1] = static_cast<byte>(code::empty);
    return message::header_size;
}

// RFC 7252 §4.2, §4.3: what is Confirmable is rejected with a Reset, everything else by silence; so is what came by
// multicast (§8.1).
inline std::size_t reject(exchange& e) {
    const bool confirmable = message::type_of(e.buffer.data()) == message::type::confirmable;
    return confirmable && !e.in.multicast ? make_empty(e, message::type::reset) : 0;
}

// Whether a datagram is a request that may be answered: not in an Acknowledgement or Reset (RFC 7252 §4.2), and by
// multicast only if it is Non-confirmable (§8.1).
constexpr bool is_answerable(const exchange& e) {
    const byte* const header = e.buffer.data();
    if (!is_request(message::code_of(header)) || (header[0] & acknowledgement_bit) != 0) return false;
    return (header[0] & non_confirmable_bit) != 0 || !e.in.multicast;
}

// Whether a message is a response, or an Empty Acknowledgement or Reset.
constexpr bool is_reaction(const message::view& m) {
    using message::type;
    if (is_response(m.code())) return m.type() != type::reset;
    return m.code() == code::empty && (m.type() == type::acknowledgement || m.type() == type::reset);
}

// A datagram that is larger than the buffer is never taken for a whole one: what counts of it is the header and the
// token.
constexpr void leave_header(exchange& e) {
    const std::size_t token_end = token_end_of(e);
    e.in.size = token_end < e.in.size ? token_end : e.in.size;
}

// Appends to a 4.13 without options how many bytes of payload the buffer takes (Size1, RFC 7959 §4), and the size of
// the blocks to send it in, if that is possible (§2.9.3). Returns the size of the message.
template <bool InBlocks>
constexpr std::size_t append_size_limit(mutable_bytes buffer, std::size_t size) {
    constexpr std::size_t other_options = 48;  // what a request has besides, for the most part
    if (buffer.size() - size < other_options + 16) return size;
    const std::size_t payload = buffer.size() - size - other_options;
    byte* to = buffer.data() + size;
    unsigned last = 0;
    if constexpr (InBlocks) {
        unsigned size_exponent = message::block::max_size_exponent;
        while (16U << size_exponent > payload) --size_exponent;
        last = number_of(option::block1);
        *to++ = 0xd1;
        *to++ = static_cast<byte>(last - 13);
        *to++ = static_cast<byte>(size_exponent);
    }
    *to++ = payload > 0xff ? 0xd2 : 0xd1;
    *to++ = static_cast<byte>(number_of(option::size1) - last - 13);
    if (payload > 0xff) *to++ = static_cast<byte>(payload >> 8);
    *to++ = static_cast<byte>(payload);
    return static_cast<std::size_t>(to - buffer.data());
}

}  // namespace detail
}  // namespace mincoap
