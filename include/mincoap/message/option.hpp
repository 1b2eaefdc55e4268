// Option numbers and their properties (RFC 7252 §5.4, §5.10, §12.2 and the RFCs named below).
#pragma once

#include <array>

#include <mincoap/message/bytes.hpp>

namespace mincoap::message {

// Any other number can be written as `static_cast<option>(n)`.
enum class option : std::uint16_t {
    if_match = 1,
    uri_host = 3,
    etag = 4,
    if_none_match = 5,
    observe = 6,  // RFC 7641
    uri_port = 7,
    location_path = 8,
    oscore = 9,  // RFC 8613
    uri_path = 11,
    content_format = 12,
    max_age = 14,
    uri_query = 15,
    hop_limit = 16,  // RFC 8768
    accept = 17,
    q_block1 = 19,  // RFC 9177
    location_query = 20,
    edhoc = 21,     // RFC 9668
    block2 = 23,    // RFC 7959
    block1 = 27,    // RFC 7959
    size2 = 28,     // RFC 7959
    q_block2 = 31,  // RFC 9177
    proxy_uri = 35,
    proxy_scheme = 39,
    size1 = 60,
    echo = 252,         // RFC 9175
    no_response = 258,  // RFC 7967
    request_tag = 292,  // RFC 9175
};

constexpr std::uint16_t number_of(option o) { return static_cast<std::uint16_t>(o); }

// RFC 7252 §5.4.6: the properties that a number itself carries.
constexpr bool is_critical(option o) { return (number_of(o) & 1) != 0; }
constexpr bool is_unsafe(option o) { return (number_of(o) & 2) != 0; }
constexpr bool is_no_cache_key(option o) { return (number_of(o) & 0x1e) == 0x1c; }

// The properties that a definition adds: the range of the value's length, in bytes, and whether the
// option may be repeated.
struct option_properties {
    option number;
    std::uint16_t min_length;
    std::uint16_t max_length;
    bool repeatable;
};

// Every option of the RFCs named above, by ascending number. ETag is repeatable in requests only (RFC 7252 §5.10.6).
// clang-format off
inline constexpr std::array<option_properties, 27> option_table{{
    {option::if_match, 0, 8, true},
    {option::uri_host, 1, 255, false},
    {option::etag, 1, 8, true},
    {option::if_none_match, 0, 0, false},
    {option::observe, 0, 3, false},
    {option::uri_port, 0, 2, false},
    {option::location_path, 0, 255, true},
    {option::oscore, 0, 255, false},
    {option::uri_path, 0, 255, true},
    {option::content_format, 0, 2, false},
    {option::max_age, 0, 4, false},
    {option::uri_query, 0, 255, true},
    {option::hop_limit, 1, 1, false},
    {option::accept, 0, 2, false},
    {option::q_block1, 0, 3, false},
    {option::location_query, 0, 255, true},
    {option::edhoc, 0, 0, false},
    {option::block2, 0, 3, false},
    {option::block1, 0, 3, false},
    {option::size2, 0, 4, false},
    {option::q_block2, 0, 3, true},
    {option::proxy_uri, 1, 1034, false},
    {option::proxy_scheme, 1, 255, false},
    {option::size1, 0, 4, false},
    {option::echo, 1, 40, false},
    {option::no_response, 0, 1, false},
    {option::request_tag, 0, 8, true},
}};
// clang-format on

// Returns the properties of an option. An unknown option may have any length and may be repeated.
constexpr option_properties properties_of(option o) {
    for (const option_properties& known : option_table)
        if (known.number == o) return known;
    return {o, 0, 0xffff, true};
}

}  // namespace mincoap::message

namespace mincoap {
using message::option;
}  // namespace mincoap
