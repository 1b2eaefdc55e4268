// The server without a socket: one datagram in, at most one out, in the same memory. It does no I/O, reads no clock,
// keeps nothing.
#pragma once

#include <mincoap/handler/handler.hpp>
#include <mincoap/message/block.hpp>
#include <mincoap/server/hooks.hpp>

namespace mincoap {

// The memory of one exchange. All that matters from one datagram to the next is an answer that waits for the socket.
struct exchange {
    mutable_bytes buffer;        // the largest datagram that is taken or sent; at least 12 bytes, at most 65,535
    std::size_t reply_size = 0;  // of the answer in the buffer, in bytes; 0: none waits
    net::arrival in{};           // the datagram that was received

    constexpr explicit exchange(mutable_bytes memory) : buffer(memory) {}
};

namespace detail {

// Where the token ends; more than 12 if its size is a reserved one.
constexpr std::size_t token_end_of(const exchange& e) {
    return message::header_size + message::token_size_of(e.buffer.data());
}

// The type in the first byte, RFC 7252 §3, of what may be a request: one bit tells Non-confirmable from Confirmable, the
// other one makes it an Acknowledgement.
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

// Each datagram has one outcome. That it was cut goes before what was made of the rest.
template <typename Hooks>
constexpr void conclude(const exchange& e, Hooks& hooks, outcome o) {
    hooks.on_outcome(e.in.truncated ? outcome::truncated : o);
}

// The lengths that the definitions of critical options allow, by `critical_index`: the maximum, and the minimum, which
// is 0 or 1, in the uppermost bit. The last one is of all options that nothing is known of here: any length that a bit
// less can tell.
inline constexpr auto critical_lengths = [] {
    std::array<std::uint16_t, critical_index(0xffff) + 1> lengths{};
    for (unsigned i = 0; i < lengths.size(); ++i) {
        const message::option_properties p = message::properties_of(static_cast<option>(2 * i + 1));
        lengths[i] = static_cast<std::uint16_t>(p.min_length << 15 | (p.max_length & 0x7fff));
    }
    return lengths;
}();

inline constexpr option_set critical_once = [] {
    option_set once = 0;
    for (const message::option_properties& p : message::option_table)
        if (is_critical(p.number) && !p.repeatable) once |= set_of(p.number);
    return once;
}();

// RFC 7252 §5.4.3, §5.4.5: a length or a repetition that is not allowed makes an option an unrecognised one.
constexpr void collect_critical(request& to, unsigned number, std::size_t length) {
    unsigned index = critical_index(number);
    const unsigned allowed = critical_lengths[index];
    const option_set repeated = to.critical & option_set{1} << index & critical_once;
    if (repeated != 0 || length > (allowed & 0x7fff) || length < allowed >> 15) index = unrecognised_index;
    to.critical |= option_set{1} << index;
}

inline constexpr option_set proxying = set_of(option::proxy_uri) | set_of(option::proxy_scheme);

// Reads an option into the request while the message is parsed.
constexpr void collect(request& to, message::option_view o, const byte* begin) {
    const unsigned number = number_of(o.number);
    if (number % 2 != 0) collect_critical(to, number, o.value.size());
    if (number == number_of(option::uri_path)) {
        if (to.path_begin == nullptr) to.path_begin = begin;
        to.path_end = o.value.data() + o.value.size();
    } else if (number == number_of(option::accept) || number == number_of(option::content_format)) {
        format_option& format = number == number_of(option::accept) ? to.accept : to.content_format;
        if (o.value.size() <= 2 && format.is_absent()) format = format_option{o.uint()};
    }
}

// RFC 9175 §2.4: what may be sent for a request until the address is confirmed, in bytes.
constexpr std::size_t unconfirmed_limit(const exchange& e) { return 3 * e.in.size; }

// A group's member sends what it can send unasked: a response in blocks gets smaller, another one that is too large is left
// out, and so is a challenge (RFC 7252 §8.2, RFC 9175 §2.4).
constexpr void limit_room(const exchange& e, mutable_bytes& room) {
    if (e.in.multicast && !e.in.confirmed && unconfirmed_limit(e) < room.size())
        room = room.first(unconfirmed_limit(e));
}

// Whether the hooks stand between large responses and addresses that nobody has confirmed; see echo_guard.hpp.
template <typename Hooks>
concept guarding = requires(Hooks& hooks, const net::endpoint& remote, const byte* echo) {
    { hooks.confirms(remote, std::uint32_t{}, echo) } -> std::same_as<bool>;
};

struct echoing_request : request {
    using request::request;
    const byte* echo = nullptr;  // the value of the first Echo option that may be the guard's
};

template <typename Hooks>
using request_for = std::conditional_t<guarding<Hooks>, echoing_request, request>;

template <typename Hooks>
constexpr message::parse_error parse_request(const exchange& e, request_for<Hooks>& r) {
    const auto collected = [&r](const message::option_view& o, const byte* begin) {
        collect(r, o, begin);
        if constexpr (guarding<Hooks>)
            if (o.number == option::echo && o.value.size() == Hooks::echo_size && r.echo == nullptr)
                r.echo = o.value.data();
    };
    return message::view::parse(e.buffer.first(e.in.size), r.message, collected);
}

// Why no handler may see the request; `code::empty` if one may.
constexpr code refusal(const request& r) {
    if (r.from->truncated) return code::request_entity_too_large;  // RFC 7252 §5.9.2.9
    if ((r.critical & unrecognised_options) != 0) return code::bad_option;
    if ((r.critical & proxying) != 0) return code::proxying_not_supported;  // RFC 7252 §5.10.2
    if (r.method() > code::ipatch) return code::method_not_allowed;         // RFC 7252 §5.8
    return code::empty;
}

// Renders the reply over the request: the header is there already but for the code, the token stays, the rest is written
// anew. Returns the size of the response, or 0 if it does not fit.
inline std::size_t render(mutable_bytes room, std::size_t token_end, const reply& answer) {
    if constexpr (checked_build)
        for (byte& dead : room.subspan(token_end)) dead = 0xa5;
    room[1] = static_cast<byte>(answer.code());
    return answer.render(room, token_end);
}

// RFC 7252 §5.10.4: a Content-Format that the client does not accept. An error goes before.
inline bool is_unacceptable(format_option accept, const reply& answer) {
    if (accept.is_absent() || is_error(answer.code())) return false;
    const format_option format = answer.format().decoded();
    return !format.is_absent() && format != accept;
}

// RFC 7252 §5.4.1: a Non-confirmable request with an unrecognised critical option is rejected. §8.2: errors are not told
// to a multicast request.
constexpr bool is_unsaid(const exchange& e, code answer) {
    return answer == code::bad_option || (e.in.multicast && is_error(answer));
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

// A datagram that is larger than the buffer is never taken for a whole one: what counts of it is the header and the token.
constexpr void leave_header(exchange& e) {
    const std::size_t token_end = token_end_of(e);
    e.in.size = token_end < e.in.size ? token_end : e.in.size;
}

// RFC 7967 §2: a response that the client has no interest in. A Confirmable request is acknowledged without it.
template <typename Hooks>
std::size_t leave_unsaid(exchange& e, Hooks& hooks) {
    hooks.on_outcome(outcome::unsaid);
    const bool confirmable = message::type_of(e.buffer.data()) == message::type::confirmable;
    return confirmable ? make_empty(e, message::type::acknowledgement) : 0;
}

// Whether a part of the handler takes requests in blocks.
template <typename Handler>
inline constexpr bool takes_blocks = false;
template <typename Handler>
    requires requires { Handler::recognised; }
inline constexpr bool takes_blocks<Handler> = (Handler::recognised & set_of(option::block1)) != 0;

// Appends to a 4.13 without options how many bytes of payload the buffer takes (Size1, RFC 7959 §4), and the size of the
// blocks to send it in, if that is possible (§2.9.3). Returns the size of the message.
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

constexpr bool is_too_much(const exchange& e, std::size_t size) {
    return !e.in.confirmed && (size > unconfirmed_limit(e) || message::code_of(e.buffer.data()) == code::unauthorized);
}

// In place of what is too much: what can be repeated is to be repeated with the Echo option of a 4.01; of anything else it
// is said what became of it. Returns the size of the response.
template <typename Hooks>
std::size_t challenge(exchange& e, std::size_t token_end, code method, Hooks& hooks) {
    conclude(e, hooks, outcome::challenged);
    byte* const header = e.buffer.data();
    if (method == code::get || method == code::fetch) header[1] = static_cast<byte>(code::unauthorized);
    const std::size_t size = token_end + 2 + Hooks::echo_size;
    // Three times a bare header has no room for the option; three times anything longer has.
    if (e.in.size == message::header_size || size > e.buffer.size()) return token_end;
    hooks.write_echo(e.in.path.remote, header + token_end);
    return size;
}

// The response is piggybacked in an Acknowledgement (RFC 7252 §5.2.1), or Non-confirmable if the request is (§5.2.3).
template <handler Handler, typename Hooks>
std::size_t take_request(exchange& e, const request& r, const Handler& handler, Hooks& hooks) {
    const code refused = refusal(r);
    reply answer = refused == code::empty ? reply{handler(r)} : reply{refused};
    if (is_unacceptable(r.accept, answer)) answer = code::not_acceptable;
    if constexpr (requires { hooks.is_unwanted(r, answer.code()); })
        if (hooks.is_unwanted(r, answer.code())) return leave_unsaid(e, hooks);
    byte* const header = e.buffer.data();
    if ((header[0] & non_confirmable_bit) == 0) {
        header[0] |= acknowledgement_bit;
    } else {
        if (is_unsaid(e, answer.code())) {
            conclude(e, hooks, answer.code() == code::bad_option ? outcome::bad_option : outcome::unsaid);
            return 0;
        }
        if constexpr (requires { hooks.next_message_id(); }) {
            const std::uint16_t id = hooks.next_message_id();
            header[2] = static_cast<byte>(id >> 8);
            header[3] = static_cast<byte>(id);
        }
    }
    const std::size_t token_end = token_end_of(e);
    [[maybe_unused]] const code method = r.method();  // the answer's code takes its place
    if constexpr (guarding<Hooks>) limit_room(e, *r.room);
    if (const std::size_t size = render(*r.room, token_end, answer); size != 0) {
        if constexpr (guarding<Hooks>)
            if (is_too_much(e, size)) return challenge(e, token_end, method, hooks);
        conclude(e, hooks, refused == code::empty ? outcome::served : outcome::refused);
        return e.in.truncated ? append_size_limit<takes_blocks<Handler>>(e.buffer, size) : size;
    }
    hooks.on_outcome(outcome::reply_too_large);
    if (!is_error(answer.code())) header[1] = static_cast<byte>(code::internal_server_error);  // an error stands alone
    return e.in.multicast ? 0 : token_end;
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
    mutable_bytes room = e.buffer;
    detail::request_for<Hooks> r{e.in, now_ms, room};
    if (e.in.truncated) detail::leave_header(e);
    if (const auto error = detail::parse_request<Hooks>(e, r); error != message::parse_error::none) {
        detail::conclude(e, hooks, static_cast<outcome>(error));
        return error == message::parse_error::format ? detail::reject(e) : 0;
    }
    if constexpr (detail::guarding<Hooks>) e.in.confirmed = hooks.confirms(e.in.path.remote, now_ms, r.echo);
    if (!detail::is_answerable(e)) return detail::take_reaction(e, r.message, hooks);
    return detail::take_request(e, r, handler, hooks);
}

}  // namespace mincoap
