// Replies that say more than a code.
//
//     return explained(code::bad_request, "the label is too long");
//     return created<"things">(7);
//     return unavailable(30);
#pragma once

#include <mincoap/handler/reply.hpp>
#include <mincoap/resource/decimal.hpp>
#include <mincoap/resource/path.hpp>

namespace mincoap {

// An error and why, for a human to read (RFC 7252 §5.5.2). The text outlives the exchange: a literal.
inline reply explained(code error, payload_view diagnostic) {
    MINCOAP_ASSERT(is_error(error));
    return {error, {}, diagnostic};
}

// 5.03, and after how many seconds to try again (RFC 7252 §5.9.3.4).
inline reply unavailable(std::uint32_t seconds) {
    return {code::service_unavailable, [seconds](message::writer& to) { to.uint_option(option::max_age, seconds); }};
}

namespace detail {

inline void write_location(message::writer& to, std::string_view path, std::uint32_t number) {
    for_each_segment(path, [&to](std::string_view segment) { to.option(option::location_path, segment); });
    to.option(option::location_path, decimal{number}.view());
}

}  // namespace detail

// 2.01, and where: the number as a segment below that path, in decimal (RFC 7252 §5.8.2, §5.10.7).
template <path_literal Path>
reply created(std::uint32_t number) {
    static_assert(detail::has_valid_segments(Path.view()), "mincoap: a path's segments have 1 to 255 bytes");
    return {code::created, [number](message::writer& to) { detail::write_location(to, Path.view(), number); }};
}

}  // namespace mincoap
