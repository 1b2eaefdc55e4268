// The server without a socket: one datagram in, at most one out, in the same memory. It does no I/O, reads no clock,
// keeps nothing.
#pragma once

#include <mincoap/handler/handler.hpp>
#include <mincoap/server/blocks.hpp>
#include <mincoap/server/collect.hpp>

namespace mincoap {

namespace detail {

// Each datagram has one outcome. That it was cut goes before what was made of the rest.
template <typename Hooks>
constexpr void conclude(const exchange& e, Hooks& hooks, outcome o) {
    hooks.on_outcome(e.in.truncated ? outcome::truncated : o);
}

// RFC 9175 §2.4: what may be sent for a request until the address is confirmed, in bytes.
constexpr std::size_t unconfirmed_limit(const exchange& e) { return 3 * e.in.size; }

// What an exchange needs for a header and a token, in bytes, and for the Echo option of a challenge.
template <typename Hooks>
constexpr std::size_t min_buffer_size() {
    constexpr std::size_t without_options = message::header_size + message::max_token_size;
    if constexpr (guarding<Hooks>) return without_options + 2 + Hooks::echo_size;
    else return without_options;
}

// A group's member sends what it can send unasked: a response in blocks gets smaller, another one that is too large is
// left out, and so is a challenge (RFC 7252 §8.2, RFC 9175 §2.4). One that waits for its leisure has to fit where it
// waits.
template <typename Hooks>
constexpr void limit_room(const exchange& e, mutable_bytes& room) {
    if (!e.in.multicast) return;
    const auto limit_to = [&room](std::size_t limit) {
        if (limit < room.size()) room = room.first(limit);
    };
    if constexpr (guarding<Hooks>)
        if (!e.in.confirmed) limit_to(unconfirmed_limit(e));
    if constexpr (deferring<Hooks>) limit_to(Hooks::deferred_capacity);
}

inline constexpr option_set proxying = set_of(option::proxy_uri) | set_of(option::proxy_scheme);

// Whether a handler has to do with blocks, and whether it takes bodies in blocks. One that does not tell may have to.
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

// Whether a handler may be given requests by multicast: a site, whose resources say so each; any other one says
// `static constexpr bool serves_groups = true`.
template <typename Handler>
inline constexpr bool serves_groups =
    requires { Handler::has_blocks; } || requires { requires Handler::serves_groups; };

// A request that no handler is for, whatever its path: for a proxy (RFC 7252 §5.10.2), or of an unknown method (§5.8).
constexpr code refusal_everywhere(const request& r) {
    if ((r.critical & proxying) != 0) return code::proxying_not_supported;
    return r.method() > code::ipatch ? code::method_not_allowed : code::empty;
}

// Why no handler may see the request; `code::empty` if one may. An option that nothing here knows goes before all that
// comes of the request otherwise (RFC 7252 §5.4.1).
template <typename Handler, typename Hooks>
constexpr code refusal(const request& r, [[maybe_unused]] const Hooks& hooks) {
    if (r.from->truncated) return code::request_entity_too_large;  // RFC 7252 §5.9.2.9
    if ((r.critical & unrecognised_options) != 0) return code::bad_option;
    const code refused = refusal_everywhere(r);
    if (refused != code::empty && (r.critical & unnamed_options) != 0) return code::bad_option;
    if constexpr (!serves_groups<Handler>)
        if (r.multicast()) return code::not_found;  // RFC 10020 §6.3
    if (refused != code::empty) return refused;
    if constexpr (!has_blocks<Handler>)
        if ((r.critical & later_block) != 0) return code::bad_request;  // RFC 7959 §2.2, §2.4: there is one block only
    if constexpr (requires { hooks.is_misdirected(r); })
        if (hooks.is_misdirected(r)) return code::not_found;  // see host_names.hpp
    return code::empty;
}

// Renders the reply over the request: header and token stay, the rest is written anew. Returns the size of the
// response, or 0 if it does not fit. The header has the method still: what is too much is replaced according to it.
inline std::size_t render(mutable_bytes room, std::size_t token_end, const reply& answer) {
    if constexpr (checked_build)
        for (byte& dead : room.subspan(token_end)) dead = 0xa5;
    return answer.render(room, token_end);
}

// RFC 7252 §5.10.4: a Content-Format that the client does not accept. An error goes before.
inline bool is_unacceptable(format_option accept, const reply& answer) {
    if (accept.is_absent() || is_error(answer.code())) return false;
    const format_option format = answer.format().decoded();
    return !format.is_absent() && format != accept;
}

// RFC 7252 §5.4.1: a Non-confirmable request with an unrecognised critical option is rejected. §8.2: errors are not
// told to a multicast request.
constexpr bool is_unsaid(const exchange& e, code answer) {
    return answer == code::bad_option || (e.in.multicast && is_error(answer));
}

// A response to a multicast request that would have to wait while another one does, see leisure.hpp.
template <typename Hooks>
constexpr bool is_left_out(const exchange& e, [[maybe_unused]] const Hooks& hooks) {
    if constexpr (deferring<Hooks>) return e.in.multicast && hooks.has_deferred();
    else return false;
}

template <typename Hooks>
std::size_t take_reaction(exchange& e, const message::view& m, Hooks& hooks) {
    const bool confirmable = m.type() == message::type::confirmable;
    if (is_reaction(m) && !e.in.truncated && hooks.on_response(m, e.in)) {
        hooks.on_outcome(outcome::response);
        return confirmable && !e.in.multicast ? make_empty(e, message::type::acknowledgement) : 0;
    }
    const bool ping = m.code() == code::empty && confirmable;
    conclude(e, hooks, ping ? outcome::ping : is_reserved(m.code()) ? outcome::malformed : outcome::unwanted);
    return reject(e);
}

// RFC 7967 §2: a response that the client has no interest in. A Confirmable request is acknowledged without it.
template <typename Hooks>
std::size_t leave_unsaid(exchange& e, Hooks& hooks) {
    hooks.on_outcome(outcome::unsaid);
    const bool confirmable = message::type_of(e.buffer.data()) == message::type::confirmable;
    return confirmable ? make_empty(e, message::type::acknowledgement) : 0;
}

// A 4.01 always is: `confirmed_only` asks for an Echo option by it. Who refuses for another reason may as well do so
// when the address is confirmed.
constexpr bool is_too_much(const exchange& e, std::size_t size, code answer) {
    return (size > unconfirmed_limit(e) || answer == code::unauthorized) && !e.in.confirmed;
}

// In place of what is too much: what can be repeated is to be repeated with the Echo option of a 4.01; of anything else
// it is said what became of it. Returns the size of the response.
template <typename Hooks>
std::size_t challenge(exchange& e, std::size_t token_end, code answer, Hooks& hooks) {
    conclude(e, hooks, outcome::challenged);
    byte* const header = e.buffer.data();
    const code method = message::code_of(header);
    header[1] = static_cast<byte>(is_safe(method) ? code::unauthorized : answer);
    // Three times a bare header has no room for the option; three times anything longer has.
    if (e.in.size == message::header_size) return token_end;
    byte* const to = header + token_end;
    to[0] = 0xd0 + Hooks::echo_size;
    to[1] = number_of(option::echo) - 13;
    hooks.write_echo(e.in.path.remote, to + 2);
    return token_end + 2 + Hooks::echo_size;
}

// A response that a client which knows the option would be glad of one in: see preemptive_echo.hpp. In a 4.01 it would
// have the client repeat what is refused.
constexpr bool is_echoed(const exchange& e, const echoing_request& r, code answer) {
    return r.echo != nullptr && e.in.confirmed && !e.in.multicast && answer != code::unauthorized;
}

// The response is piggybacked in an Acknowledgement (RFC 7252 §5.2.1), or Non-confirmable if the request is (§5.2.3).
template <handler Handler, typename Hooks>
std::size_t take_request(exchange& e, const request_for<Hooks>& r, const Handler& handler, Hooks& hooks) {
    [[maybe_unused]] unsigned unwanted = 0;  // asked before a handler keeps a part of the request over the rest
    if constexpr (requires { hooks.unwanted_classes(r); }) unwanted = hooks.unwanted_classes(r);
    [[maybe_unused]] asked_block asked = 0;
    if constexpr (has_blocks<Handler>)
        if ((r.critical & any_block) != 0) asked = asked_block_of(r);
    const code refused = refusal<Handler>(r, hooks);
    reply answer = refused == code::empty ? reply{handler(r)} : reply{refused};
    if (is_unacceptable(r.accept, answer)) answer = code::not_acceptable;
    if constexpr (requires { hooks.explain(answer, r, handler); })
        if (r.room->size() == e.buffer.size()) hooks.explain(answer, r, handler);  // nothing is kept over it
    if constexpr (requires { hooks.unwanted_classes(r); })
        if ((unwanted >> (class_of(answer.code()) - 1) & 1) != 0) return leave_unsaid(e, hooks);
    byte* const header = e.buffer.data();
    if ((header[0] & non_confirmable_bit) == 0) {
        header[0] |= acknowledgement_bit;
    } else {
        if (is_unsaid(e, answer.code()) || is_left_out(e, hooks)) {
            conclude(e, hooks, e.in.multicast ? outcome::unsaid : outcome::bad_option);
            return 0;
        }
        if constexpr (requires { hooks.next_message_id(); }) {
            const std::uint16_t id = hooks.next_message_id();
            header[2] = static_cast<byte>(id >> 8);
            header[3] = static_cast<byte>(id);
        }
    }
    const std::size_t token_end = token_end_of(e);
    if constexpr (guarding<Hooks> || deferring<Hooks>) limit_room<Hooks>(e, *r.room);
    std::size_t size = render(*r.room, token_end, answer);
    if constexpr (has_blocks<Handler>)
        if (asked != 0 && size != 0) size = answer_in_blocks(*r.room, size, asked, answer);
    if constexpr (guarding<Hooks>)
        if (is_too_much(e, size, answer.code())) return challenge(e, token_end, answer.code(), hooks);
    header[1] = static_cast<byte>(answer.code());
    if (size != 0) {
        conclude(e, hooks, refused == code::empty ? outcome::served : outcome::refused);
        if constexpr (guarding<Hooks> && requires { hooks.add_echo(e, size, hooks); })
            if (is_echoed(e, r, answer.code())) return hooks.add_echo(e, size, hooks);
        return e.in.truncated ? append_size_limit<takes_blocks<Handler>>(e.buffer, size) : size;
    }
    hooks.on_outcome(outcome::reply_too_large);
    if (!is_error(answer.code())) header[1] = static_cast<byte>(code::internal_server_error);  // an error stands alone
    return e.in.multicast ? 0 : token_end;
}

template <handler Handler, typename Hooks>
std::size_t take(exchange& e, const request_for<Hooks>& r, message::parse_error error, const Handler& handler,
                 Hooks& hooks) {
    if (error != message::parse_error::none) {
        conclude(e, hooks, static_cast<outcome>(error));
        return error == message::parse_error::format ? reject(e) : 0;
    }
    return is_answerable(e) ? take_request(e, r, handler, hooks) : take_reaction(e, r.message, hooks);
}

// Whether something may be sent for a datagram: for a request, and otherwise a Reset or an Acknowledgement for what is
// Confirmable.
constexpr bool may_draw_reply(const exchange& e, message::parse_error error) {
    using message::parse_error;
    if (error == parse_error::none && is_answerable(e)) return true;
    const bool is_message = error == parse_error::none || error == parse_error::format;
    return is_message && !e.in.multicast && message::type_of(e.buffer.data()) == message::type::confirmable;
}

// The same where each reply to an address that nobody has confirmed takes a token; see flood_limit.hpp.
template <handler Handler, limiting Hooks>
std::size_t take_limited(exchange& e, const request_for<Hooks>& r, message::parse_error error, const Handler& handler,
                         Hooks& hooks) {
    if (!e.in.confirmed && may_draw_reply(e, error) && !hooks.has_token(r.now_ms)) {
        hooks.on_outcome(outcome::limited);
        return 0;
    }
    const std::size_t size = take(e, r, error, handler, hooks);
    if (size != 0 && !e.in.confirmed) hooks.take_token();
    return size;
}

}  // namespace detail

// Answers the datagram in the first `e.in.size` bytes of `e.buffer`, in place. Returns the size of the answer in bytes;
// 0 if there is none.
//
// A response to a Non-confirmable request carries the Message ID of that request, unless the hooks have a
// `next_message_id()`. Nothing is remembered: who sends notifications or requests of his own to the same peer takes
// care that their Message IDs differ (RFC 7252 §4.4), as `server` does.
//
// `inline` is a hint, since a server is alone in most images: with a guard, a call is some 30 bytes more on Cortex-M0+.
template <handler Handler, typename Hooks>
inline std::size_t respond(exchange& e, const Handler& handler, std::uint32_t now_ms, Hooks& hooks) {
    MINCOAP_ASSERT(e.in.size <= e.buffer.size());
    if (e.buffer.size() < detail::min_buffer_size<Hooks>()) return hooks.on_outcome(outcome::truncated), 0;
    mutable_bytes room = e.buffer;
    detail::request_for<Hooks> r{e.in, now_ms, room};
    if (e.in.truncated) detail::leave_header(e);
    const message::parse_error error = detail::parse_request<Hooks>(e, r);
    if constexpr (detail::guarding<Hooks>) e.in.confirmed = hooks.confirms(e.in.path.remote, r.now_ms, r.echo);
    if constexpr (detail::limiting<Hooks>) return detail::take_limited(e, r, error, handler, hooks);
    else return detail::take(e, r, error, handler, hooks);
}

}  // namespace mincoap
