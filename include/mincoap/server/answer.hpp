// Writes the server's answers: a reply over its request, or the answer to a message that is not a
// request. `Exchange` is an `exchange_with` of next.hpp.
#pragma once

#include <mincoap/message/insert.hpp>
#include <mincoap/server/blocks.hpp>
#include <mincoap/server/next.hpp>
#include <mincoap/server/refusal.hpp>

namespace mincoap::detail {

// ---- Answers without a reply. Each returns the size of the answer in bytes; 0 if there is none.

// Answers a message that does not parse (RFC 7252 §3, §4.2).
template <typename Exchange>
[[nodiscard]] inline std::size_t reject_malformed(Exchange& x) {
    using message::parse_error;
    if (x.error == parse_error::format) return x.note(outcomes::malformed), reject(x);
    x.note(x.error == parse_error::too_short ? outcomes::too_short : outcomes::unknown_version);
    return 0;
}

// Answers a message that is not a request, or a request that must not get a response (RFC 7252
// §4.2, §4.3, §8.1).
template <typename Exchange>
[[nodiscard]] inline std::size_t reject_unwanted(Exchange& x) {
    const code c = x.request.message.code();
    const bool ping = c == code::empty && is_confirmable(x);
    x.note(ping ? outcomes::ping : is_reserved(c) ? outcomes::malformed : outcomes::unwanted);
    return reject(x);
}

// Answers a request that gets no response: a Confirmable one gets an Acknowledgement.
template <typename Exchange>
[[nodiscard]] inline std::size_t answer_without_response(Exchange& x) {
    x.note(outcomes::unsaid);
    return acknowledge(x);
}

// ---- A reply

// Shortens the space for the reply by the bytes that outer layers have reserved. Returns false if
// there are not so many, with `in_front` bytes in front of the reply.
template <typename Exchange>
[[nodiscard]] inline bool spare_reserved(Exchange& x, const byte* token_end, std::size_t in_front) {
    if constexpr (Exchange::has_receivers) {
        if (static_cast<std::size_t>(x.room_end - token_end) < x.reserved + in_front) return false;
        x.room_end -= x.reserved;
    }
    return true;
}

template <typename Exchange>
[[nodiscard, gnu::noinline]] byte* render_observed(Exchange& x, const reply& said, byte* token_end) {
    constexpr std::size_t in_front = message::inserted_size;
    byte* const end = spare_reserved(x, token_end, in_front) ? said.render(token_end + in_front, x.room_end) : nullptr;
    return end == nullptr ? end : message::insert_option(token_end, end, number_of(option::observe), x.observe);
}

// Leaves only the code of a response that does not fit: an error keeps its own code, any other code
// becomes 5.00. A response to multicast is dropped instead. Returns the size of the answer in
// bytes.
template <typename Exchange>
[[nodiscard]] inline std::size_t write_code_alone(Exchange& x, const byte* token_end) {
    byte& code_byte = x.header()[1];
    x.what = outcomes::reply_too_large;
    if (!is_error(static_cast<code>(code_byte))) code_byte = static_cast<byte>(code::internal_server_error);
    return x.from.multicast ? 0 : static_cast<std::size_t>(token_end - x.header());
}

// Renders the options and the payload of a reply, with the Observe option that a layer has asked for
// (RFC 7641 §2). Returns their end; null if they do not fit.
template <typename Exchange>
[[nodiscard]] inline byte* render(Exchange& x, const reply& said, byte* token_end) {
    if constexpr (Exchange::notifies)
        if (x.observe != 0 && class_of(said.code()) == 2) return render_observed(x, said, token_end);
    return spare_reserved(x, token_end, 0) ? said.render(token_end, x.room_end) : nullptr;
}

// Renders the reply over the request, after its token. `asked` is the Block option that the server
// answers; 0 if there is none. The header holds the request's method until the reply is rendered.
// Returns the size of the answer in bytes.
template <typename Site, typename Exchange>
[[nodiscard]] inline std::size_t write_reply(Exchange& x, reply& said, packed_block asked) {
    byte* const header = x.header();
    byte* const token_end = header + token_end_of(x);
    byte* end = render(x, said, token_end);
    if constexpr (Exchange::has_blocks)
        if ((asked & has_block) != 0 && end != nullptr) end = answer_in_blocks({header, x.room_end}, end, asked, said);
    header[1] = static_cast<byte>(said.code());
    if (end == nullptr) return write_code_alone(x, token_end);
    x.note(x.refusal == code::empty ? outcomes::served : outcomes::refused);
    if (x.from.truncated) end = append_size_limit<takes_blocks<Site>>(end, x.room_end);
    return static_cast<std::size_t>(end - header);
}

}  // namespace mincoap::detail
