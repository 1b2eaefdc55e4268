// The memory of one exchange, and what is done to a datagram by its header alone.
#pragma once

#include <type_traits>

#include <mincoap/message/block.hpp>
#include <mincoap/message/view.hpp>
#include <mincoap/net/udp_socket.hpp>

namespace mincoap {

// The memory of one exchange. All that matters from one datagram to the next is an answer that waits for the socket, and
// since when the socket takes none.
struct exchange {
    mutable_bytes buffer;             // the largest datagram that is taken or sent: at least 12 bytes, 22 with a guard;
                                      // at most 65,535
    std::size_t reply_size = 0;       // of the answer in the buffer, in bytes; 0: none waits
    std::uint32_t full_since_ms = 0;  // when the socket first took no answer, | 1; 0: it took the last one
    net::arrival in{};                // the datagram that was received

    constexpr explicit exchange(mutable_bytes memory) : buffer(memory) {}
};

// The same where the socket may lend its own memory: `buffer` is in one or the other.
struct lending_exchange : exchange {
    mutable_bytes storage;

    constexpr explicit lending_exchange(mutable_bytes memory) : exchange(memory), storage(memory) {}
};
template <net::udp_socket Socket>
using exchange_for = std::conditional_t<net::lending_socket<Socket>, lending_exchange, exchange>;

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
// token. So it is answered with 4.13 even if an option that is there is malformed: to look for that takes 88 bytes.
constexpr void leave_header(exchange& e) {
    const std::size_t token_end = token_end_of(e);
    e.in.size = token_end < e.in.size ? token_end : e.in.size;
}

// Appends to a 4.13 without options the size of the blocks to send the body in, where a resource takes some (RFC 7959
// §2.9.3), or else how many bytes of payload the buffer takes (Size1, §4). The size that a body in blocks may have is
// its resource's to tell, which is not known of a datagram that was cut. Returns the size of the message.
template <bool InBlocks>
constexpr std::size_t append_size_limit(mutable_bytes buffer, std::size_t size) {
    constexpr std::size_t other_options = 48;  // that a request has besides, for the most part
    if (buffer.size() - size < other_options + 16) return size;
    std::size_t limit = buffer.size() - size - other_options;
    if constexpr (InBlocks) {
        unsigned size_exponent = message::block::max_size_exponent;
        while (16U << size_exponent > limit) --size_exponent;
        limit = size_exponent;
    }
    byte* to = buffer.data() + size;
    *to++ = static_cast<byte>(0xd0 + message::uint_size(static_cast<std::uint32_t>(limit)));
    *to++ = number_of(InBlocks ? option::block1 : option::size1) - 13;
    if (limit > 0xff) *to++ = static_cast<byte>(limit >> 8);
    if (limit != 0) *to++ = static_cast<byte>(limit);
    return static_cast<std::size_t>(to - buffer.data());
}

}  // namespace detail
}  // namespace mincoap
