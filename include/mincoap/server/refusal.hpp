// The answers of the server without a handler, and its checks of every reply.
#pragma once

#include <mincoap/handler/handler.hpp>
#include <mincoap/message/block.hpp>
#include <mincoap/message/option_head.hpp>
#include <mincoap/server/exchange.hpp>

namespace mincoap::detail {

inline constexpr option_set proxying = set_of(option::proxy_uri) | set_of(option::proxy_scheme);

// True if a handler has to do with blocks, and if it takes bodies in blocks. One that does not tell may have to.
template <typename Handler>
inline constexpr bool has_blocks = true;
template <typename Handler>
    requires requires { Handler::has_blocks; }
inline constexpr bool has_blocks<Handler> = Handler::has_blocks;
template <typename Handler>
inline constexpr bool takes_blocks = false;
template <typename Handler>
    requires requires { Handler::takes_blocks; }
inline constexpr bool takes_blocks<Handler> = Handler::takes_blocks;

// True if a handler may be given requests by multicast: a site, whose resources say so each; any other one says
// `static constexpr bool serves_groups = true`.
template <typename Handler>
inline constexpr bool serves_groups =
    requires { Handler::has_blocks; } || requires { requires Handler::serves_groups; };

// A request that no handler is for, whatever its path: for a proxy (RFC 7252 §5.10.2), or of an unknown method (§5.8).
constexpr code refusal_everywhere(const request& r) {
    if ((r.critical_options & proxying) != 0) return code::proxying_not_supported;
    return r.method() > code::ipatch ? code::method_not_allowed : code::empty;
}

// Why no handler may see the request; `code::empty` if one may. An option that nothing here knows goes before all that
// comes of the request otherwise (RFC 7252 §5.4.1).
template <typename Handler>
constexpr code refusal(const request& r) {
    if (r.from->truncated) return code::request_entity_too_large;  // RFC 7252 §5.9.2.9
    if ((r.critical_options & malformed_options) != 0) return code::bad_option;
    const code refused = refusal_everywhere(r);
    if (refused != code::empty && (r.critical_options & options_above_39) != 0) return code::bad_option;
    if constexpr (!serves_groups<Handler>)
        if (r.multicast()) return code::not_found;  // RFC 10020 §6.3
    if (refused != code::empty) return refused;
    if constexpr (!has_blocks<Handler>)
        if ((r.critical_options & demand::later_block) != 0)
            return code::bad_request;  // RFC 7959 §2.2, §2.4: there is one block only
    return code::empty;
}

// RFC 7252 §5.10.4: a Content-Format that the client does not accept. An error goes before.
inline bool is_unacceptable(format_option accept, const reply& answer) {
    if (accept.is_absent() || is_error(answer.code())) return false;
    const format_option format = answer.format().decoded();
    return !format.is_absent() && format != accept;
}

// RFC 7252 §5.4.1: a Non-confirmable request with an unrecognised critical option is rejected. §8.2: errors are not
// told to a multicast request.
constexpr bool is_unsaid(const exchange& x, code answer) {
    return answer == code::bad_option || (x.from.multicast && is_error(answer));
}

// A datagram that is larger than the buffer is never taken for a whole one: what counts of it is the header and the
// token. So it is answered with 4.13 even if an option that is there is malformed: to look for that takes 88 bytes.
inline void leave_header(exchange& x) {
    const std::size_t token_end = token_end_of(x);
    x.size = token_end < x.size ? token_end : x.size;
}

// Appends to a 4.13 without options the size of the blocks to send the body in, where a resource takes some (RFC 7959
// §2.9.3), or else how many bytes of payload the buffer takes (Size1, §4). The size that a body in blocks may have is
// its resource's to tell, which is not known of a datagram that was cut. Returns where the message ends.
template <bool InBlocks>
constexpr byte* append_size_limit(byte* to, const byte* room_end) {
    constexpr std::size_t other_options = 48;  // that a request has besides, for the most part
    const auto room = static_cast<std::size_t>(room_end - to);
    if (room < other_options + 16) return to;
    std::size_t limit = room - other_options;
    if constexpr (InBlocks) {
        unsigned size_exponent = message::block::max_size_exponent;
        while (16U << size_exponent > limit) --size_exponent;
        limit = size_exponent;
    }
    const unsigned length = limit > 0xff ? 2 : limit != 0 ? 1 : 0;
    constexpr unsigned number = number_of(InBlocks ? option::block1 : option::size1);
    to = message::write_option_head(to, number, length);
    if (limit > 0xff) *to++ = static_cast<byte>(limit >> 8);
    if (limit != 0) *to++ = static_cast<byte>(limit);
    return to;
}

}  // namespace mincoap::detail
