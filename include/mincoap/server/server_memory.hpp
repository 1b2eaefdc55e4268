// The memory of a server.
#pragma once

#include <array>

#include <mincoap/handler/request.hpp>

namespace mincoap {

// RFC 7252 §4.6: room for 1,024 bytes of payload with header and options, where nothing else is known.
inline constexpr std::size_t default_message_size = 1152;

namespace detail {

// Between two polls.
struct server_state {
    std::size_t size = 0;             // of the answer that waits for the socket; 0: none does
    std::uint32_t full_since_ms = 0;  // when the socket first took no answer, | 1; 0: it took the last one
    bool has_emitted = false;         // the last message was one that a layer had to send
    origin from;                      // where the answer goes
};

}  // namespace detail

// Room for the largest message that is taken or sent, 12 to 65,535 bytes, and some 70 bytes that the server keeps. On a
// device it is a static variable: it begins as zeros, which takes RAM and no flash. It belongs to one server.
template <std::size_t Size = default_message_size>
struct server_memory {
    static_assert(Size >= 12, "mincoap: a server needs memory for 12 bytes, a header and a token (RFC 7252 section 3)");
    static_assert(Size <= 65535, "mincoap: a datagram has at most 65,535 bytes");

    detail::server_state state;
    std::array<byte, Size> message{};
};

}  // namespace mincoap
