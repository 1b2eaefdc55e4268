// What a handler is given: one request, already checked.
#pragma once

#include <mincoap/message/content_format.hpp>
#include <mincoap/message/view.hpp>
#include <mincoap/net/udp_socket.hpp>

namespace mincoap {

// Request methods as a set (RFC 7252 §5.8, RFC 8132 §2).
using method_set = byte;

constexpr method_set set_of(code method) { return static_cast<method_set>(1U << static_cast<unsigned>(method)); }

// A set of critical options. A request carries the set of those it has, a resource names the set of those it
// understands; what is in the one and not in the other is answered with 4.02 (RFC 7252 §5.4.1).
//
// Critical options have odd numbers: bit n stands for option 2n + 1 up to Proxy-Scheme, the bit after that for every
// other one. The highest bit stands for one with a forbidden length or repetition, which counts as unrecognised
// (RFC 7252 §5.4.3, §5.4.5): no resource understands it.
using option_set = std::uint32_t;
inline constexpr unsigned unrecognised_index = 31;
inline constexpr option_set unrecognised_options = option_set{1} << unrecognised_index;
inline constexpr option_set every_option = ~unrecognised_options;

constexpr unsigned critical_index(unsigned number) {
    constexpr unsigned others = number_of(option::proxy_scheme) / 2 + 1;
    return number / 2 < others ? number / 2 : others;
}
constexpr option_set set_of(option critical) { return option_set{1} << critical_index(number_of(critical)); }

// What the server itself looks at, for every resource.
inline constexpr option_set understood_by_server =
    set_of(option::uri_host) | set_of(option::uri_port) | set_of(option::uri_path) | set_of(option::accept);

// Valid while the handler runs: its views point into the datagram, over which the reply will be written.
struct request {
    message::view message;
    const net::arrival* from;

    // Milliseconds on the clock that the caller of `poll` goes by. It may wrap around.
    std::uint32_t now_ms;

    // The Uri-Path options as they are encoded, one behind the other; see `segments`.
    const byte* path_begin = nullptr;
    const byte* path_end = nullptr;

    option_set critical = 0;
    format_option content_format;  // of the payload
    format_option accept;          // wanted in the response

    // Where the reply will be written. The request is in front.
    mutable_bytes* room;

    constexpr request(const net::arrival& in, std::uint32_t time_ms, mutable_bytes& reply_room)
        : from(&in), now_ms(time_ms), room(&reply_room) {}

    constexpr code method() const { return message.code(); }
    constexpr bytes payload() const { return message.payload(); }

    // Who asked, and at which of our addresses: not a multicast one, see `net::path`.
    constexpr const net::endpoint& remote() const { return from->path.remote; }
    constexpr const net::endpoint& local() const { return from->path.local; }
    constexpr bool multicast() const { return from->multicast; }

    // Whether it is known that who sent it receives what is sent to that address: see `echo_guard`.
    constexpr bool confirmed() const { return from->confirmed; }

    // The path's segments, below a prefix those behind it: `for (const message::option_view s : r.segments())`. Their
    // values count; their numbers are those of no option.
    constexpr message::option_range segments() const { return message::option_range{path()}; }
    constexpr bytes path() const { return {path_begin, path_end}; }

    // Moves a part of the request behind the reply, which has so much less room: it outlives the handler there, and the
    // reply may point to it. Nothing else of the request may be read from then on, so that this happens once. Empty if
    // it is larger than what is behind the token.
    bytes keep(bytes part) const {
        const bytes behind_token{message.token().data() + message.token().size(), room->data() + room->size()};
        if (part.size() > behind_token.size()) return {};
        *room = room->first(room->size() - part.size());
        if (!part.empty()) __builtin_memmove(room->data() + room->size(), part.data(), part.size());
        return {room->data() + room->size(), part.size()};
    }
};

}  // namespace mincoap
