// Message types and codes (RFC 7252 §3, §12.1; RFC 7959, 8132, 8516, 8768).
#pragma once

#include <mincoap/message/bytes.hpp>

namespace mincoap::message {

// RFC 7252 §3: the two T bits of the first byte.
enum class type : byte { confirmable = 0, non_confirmable = 1, acknowledgement = 2, reset = 3 };

// RFC 7252 §3: class in the upper three bits, detail in the lower five. "4.04" is 4 << 5 | 4.
enum class code : byte {
    empty = 0,

    get = 0x01,
    post = 0x02,
    put = 0x03,
    delete_ = 0x04,  // C++ reserves the plain word
    fetch = 0x05,
    patch = 0x06,
    ipatch = 0x07,

    created = 0x41,    // 2.01
    deleted = 0x42,    // 2.02
    valid = 0x43,      // 2.03
    changed = 0x44,    // 2.04
    content = 0x45,    // 2.05
    continue_ = 0x5f,  // 2.31

    bad_request = 0x80,                 // 4.00
    unauthorized = 0x81,                // 4.01
    bad_option = 0x82,                  // 4.02
    forbidden = 0x83,                   // 4.03
    not_found = 0x84,                   // 4.04
    method_not_allowed = 0x85,          // 4.05
    not_acceptable = 0x86,              // 4.06
    request_entity_incomplete = 0x88,   // 4.08
    conflict = 0x89,                    // 4.09
    precondition_failed = 0x8c,         // 4.12
    request_entity_too_large = 0x8d,    // 4.13
    unsupported_content_format = 0x8f,  // 4.15
    unprocessable_entity = 0x96,        // 4.22
    too_many_requests = 0x9d,           // 4.29

    internal_server_error = 0xa0,   // 5.00
    not_implemented = 0xa1,         // 5.01
    bad_gateway = 0xa2,             // 5.02
    service_unavailable = 0xa3,     // 5.03
    gateway_timeout = 0xa4,         // 5.04
    proxying_not_supported = 0xa5,  // 5.05
    hop_limit_reached = 0xa8,       // 5.08
};

// Returns 0 for requests, and 2, 4 or 5 for responses. 1, 3, 6 and 7 are reserved (RFC 7252 §3).
constexpr unsigned class_of(code c) { return static_cast<unsigned>(c) >> 5; }

constexpr bool is_request(code c) { return static_cast<unsigned>(c) - 1 < 0x1f; }  // 0.01 to 0.31

// Returns true if a request only reads, so the server may carry it out again (RFC 7252 §5.1, RFC
// 8132 §2).
constexpr bool is_safe(code c) { return c == code::get || c == code::fetch; }

constexpr bool is_error(code c) { return class_of(c) >= 4; }
constexpr bool is_reserved(code c) { return ((1U << class_of(c)) & 0b1100'1010U) != 0; }
constexpr bool is_response(code c) { return class_of(c) != 0 && !is_reserved(c); }

}  // namespace mincoap::message

namespace mincoap {
using message::code;
}  // namespace mincoap
