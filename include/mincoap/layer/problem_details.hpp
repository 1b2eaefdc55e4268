// Adds concise problem details (RFC 9290) to a 4.02: they name the option that the server did not
// accept.
//
//     server server{socket, site, echo_guard{key}, problem_details{}};
#pragma once

#include <optional>

#include <mincoap/cbor/writer.hpp>
#include <mincoap/server/collect.hpp>
#include <mincoap/server/layer.hpp>

namespace mincoap {
namespace detail {

// Returns the first critical option that is not among the accepted ones, or whose length or
// repetition is not allowed.
inline std::optional<option> unprocessed_option(const request& r, option_set accepted) {
    option_set seen = 0;
    for (const message::option_view o : r.message.options()) {
        if (!is_critical(o.number)) continue;
        collect_critical(seen, o);
        if (is_block(o.number) && !is_first_alone(o.uint())) seen |= demand_of(number_of(o.number));
        if ((seen & ~accepted) != 0) return o.number;
    }
    return std::nullopt;
}

// RFC 9290 §3.1: unprocessed-coap-option, -8.
inline void write_unprocessed(message::writer& to, option number) {
    std::array<byte, 5> memory{};
    body_writer body{memory};
    cbor::writer map{body};
    map.map(1);
    map.integer(-8), map.unsigned_integer(number_of(number));
    to.payload(bytes{memory}.first(body.size()));
}

}  // namespace detail

// The layer knows which options `routes` accepts. For a handler that checks options itself, and for
// a site within another one, it names only options of a forbidden length or repetition.
struct problem_details {
    static reply serve(exchange&, const request& r, auto next) {
        const option_set accepted = next.accepted_options(r);
        std::optional<option> unprocessed;
        if ((r.critical_options & ~accepted) != 0) unprocessed = detail::unprocessed_option(r, accepted);
        const reply answer = next(r);
        if (answer.code() != code::bad_option || !answer.is_bare() || !unprocessed) return answer;
        return {code::bad_option, content_format::concise_problem_details,
                [number = *unprocessed](message::writer& to) { detail::write_unprocessed(to, number); }};
    }
};

}  // namespace mincoap
