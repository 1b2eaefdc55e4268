// The memory of a server.
#pragma once

#include <array>

#include <mincoap/handler/request.hpp>

namespace mincoap {

// The size of a message in bytes if the path's MTU is unknown: 1,024 bytes of payload with header
// and options (RFC 7252 §4.6).
inline constexpr std::size_t default_message_size = 1152;

namespace detail {

// The state of a server between two polls.
struct server_state {
    std::size_t size = 0;             // the size of the answer that waits for the socket, in bytes; 0 if none waits
    std::uint32_t full_since_ms = 0;  // time, | 1, when the socket first took no answer; 0 if it took the last one
    bool has_emitted = false;         // the layers were the last to be asked for a message
    origin from;                      // the sender of the datagram, who gets the answer
};

}  // namespace detail

// The memory of one server: `Size` bytes for the largest message that it receives or sends, 12 to
// 65,535, and some 70 bytes of state. On a device, make it a static variable: all zeros at first,
// it takes RAM but no flash. It must outlive its server.
template <std::size_t Size = default_message_size>
struct server_memory {
    static_assert(Size >= 12, "mincoap: a server needs memory for 12 bytes, a header and a token (RFC 7252 section 3)");
    static_assert(Size <= 65535, "mincoap: a datagram has at most 65,535 bytes");

    detail::server_state state;
    std::array<byte, Size> message{};
};

}  // namespace mincoap
