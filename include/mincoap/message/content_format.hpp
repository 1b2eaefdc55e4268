// Content-Formats (RFC 7252 §12.3 and the registry it founded).
#pragma once

#include <array>

#include <mincoap/message/bytes.hpp>
#include <mincoap/message/uint.hpp>

namespace mincoap {

// Any registered number can be written as `static_cast<content_format>(n)`.
enum class content_format : std::uint16_t {
    text_plain = 0,  // text/plain;charset=utf-8
    link_format = 40,
    xml = 41,
    octet_stream = 42,
    json = 50,
    json_patch = 51,
    merge_patch = 52,
    cbor = 60,
    cwt = 61,
    senml_json = 110,
    senml_cbor = 112,
    concise_problem_details = 257,
};

namespace message {

// A Content-Format option as it is sent if no other option comes before it: its delta is 12 and its length at most 2, so
// that its head is one byte.
struct encoded_content_format {
    std::array<byte, 3> encoded{};  // the first byte is 0 if there is no such option

    constexpr encoded_content_format() = default;
    constexpr explicit encoded_content_format(content_format format) {
        const auto number = static_cast<std::uint16_t>(format);
        encoded[0] = static_cast<byte>(0xc0U | uint_size(number));
        encoded[1] = static_cast<byte>(number > 0xff ? number >> 8 : number);
        encoded[2] = static_cast<byte>(number);
    }
    constexpr std::size_t size() const { return encoded[0] == 0 ? 0 : 1 + (encoded[0] & 3U); }
};

}  // namespace message
}  // namespace mincoap
