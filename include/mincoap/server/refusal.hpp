// Requests that the server answers without the handler, and its checks of every reply.
#pragma once

#include <mincoap/handler/handler.hpp>
#include <mincoap/message/block.hpp>
#include <mincoap/message/option_head.hpp>
#include <mincoap/message/text_literal.hpp>
#include <mincoap/server/exchange.hpp>

namespace mincoap::detail {

inline constexpr option_set proxying = set_of(option::proxy_uri) | set_of(option::proxy_scheme);

// True if a handler may send or receive bodies in blocks. A handler that does not declare it counts
// as such.
template <typename Handler>
inline constexpr bool has_blocks = true;
template <typename Handler>
    requires requires { Handler::has_blocks; }
inline constexpr bool has_blocks<Handler> = Handler::has_blocks;
// True if a handler receives bodies in blocks.
template <typename Handler>
inline constexpr bool takes_blocks = false;
template <typename Handler>
    requires requires { Handler::takes_blocks; }
inline constexpr bool takes_blocks<Handler> = Handler::takes_blocks;

// True if a place of the site is `.observable()`.
template <typename Handler>
inline constexpr bool has_observables = false;
template <typename Handler>
    requires requires { Handler::has_observables; }
inline constexpr bool has_observables<Handler> = Handler::has_observables;

// True if clients may observe the resource at that path. A handler that does not tell lets them.
template <typename Handler, text_literal Path>
[[nodiscard]] consteval bool may_observe() {
    if constexpr (requires { Handler::template may_observe<Path>; }) return Handler::template may_observe<Path>;
    else return true;
}

// True if clients may observe a resource of the handler. A handler that does not tell lets them.
template <typename Handler>
inline constexpr bool may_be_observed = true;
template <typename Handler>
    requires requires { Handler::may_be_observed; }
inline constexpr bool may_be_observed<Handler> = Handler::may_be_observed;

// Returns the critical options that the handler accepts with the request.
template <typename Handler>
[[nodiscard]] option_set accepted_options_of([[maybe_unused]] const request& r) {
    if constexpr (requires { Handler::accepted_options(r); }) return Handler::accepted_options(r);
    else return every_option;
}

// True if a handler gets multicast requests. A site does: each of its resources declares whether it
// serves them. Any other handler declares `static constexpr bool serves_groups = true`.
template <typename Handler>
inline constexpr bool serves_groups =
    requires { Handler::has_blocks; } || requires { requires Handler::serves_groups; };

// Returns the error code for a request that no handler can serve, whatever its path: for a proxy
// (RFC 7252 §5.10.2), or with an unknown method (§5.8). Returns `code::empty` for any other.
[[nodiscard]] constexpr code refusal_everywhere(const request& r) {
    if ((r.critical_options & proxying) != 0) return code::proxying_not_supported;
    return r.method() > code::ipatch ? code::method_not_allowed : code::empty;
}

// Returns the error code if no handler may see the request; `code::empty` if one may. An
// unrecognised critical option takes precedence over any other error (RFC 7252 §5.4.1).
template <typename Handler>
[[nodiscard]] constexpr code refusal(const request& r) {
    if (r.from->truncated) return code::request_entity_too_large;  // RFC 7252 §5.9.2.9
    if ((r.critical_options & malformed_options) != 0) return code::bad_option;
    const code refused = refusal_everywhere(r);
    if (refused != code::empty && (r.critical_options & options_above_39) != 0) return code::bad_option;
    if constexpr (!serves_groups<Handler>)
        if (r.multicast()) return code::not_found;  // RFC 10020 §6.3
    if (refused != code::empty) return refused;
    if constexpr (!has_blocks<Handler>)
        if ((r.critical_options & demand::later_block) != 0)
            return code::bad_request;  // RFC 7959 §2.2, §2.4: there is only one block
    return code::empty;
}

// Returns true if the reply has a Content-Format that the client does not accept (RFC 7252
// §5.10.4). An error is always acceptable.
[[nodiscard]] inline bool is_unacceptable(format_option accept, const reply& answer) {
    if (accept.is_absent() || is_error(answer.code())) return false;
    const format_option format = answer.format().decoded();
    return !format.is_absent() && format != accept;
}

// Returns true if the server must not send that code in answer to a Non-confirmable request: 4.02,
// since such a request is rejected (RFC 7252 §5.4.1), or any error in answer to multicast (§8.2).
[[nodiscard]] constexpr bool must_stay_silent(const exchange& x, code answer) {
    return answer == code::bad_option || (x.from.multicast && is_error(answer));
}

// Cuts a datagram that is larger than the buffer to its header and token. The rest of the code then
// never mistakes it for a whole one. It gets 4.13 even if one of the received options is malformed:
// checking that would take 88 bytes of code.
inline void cut_to_header(exchange& x) {
    const std::size_t token_end = token_end_of(x);
    x.size = token_end < x.size ? token_end : x.size;
}

// Appends a size limit to a 4.13 without options: if `InBlocks`, the block size for the body
// (Block1, RFC 7959 §2.9.3), otherwise how many bytes of payload the buffer can hold (Size1, §4).
// The limit for a whole body belongs to its resource, which is unknown for a truncated datagram.
// Returns where the message ends; appends nothing if there is no space for a useful limit.
template <bool InBlocks>
[[nodiscard]] constexpr byte* append_size_limit(byte* to, const byte* room_end) {
    constexpr std::size_t other_options = 48;  // bytes, enough for the other options of most requests
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
