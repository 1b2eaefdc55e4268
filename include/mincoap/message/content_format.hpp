// Content-Formats (RFC 7252 §12.3 and the registry that it founded).
#pragma once

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
    edhoc = 64,      // application/edhoc+cbor-seq (RFC 9528 §10.9)
    cid_edhoc = 65,  // application/cid-edhoc+cbor-seq: with the identifier in front
    senml_json = 110,
    senml_cbor = 112,
    concise_problem_details = 257,
};

// The value of a Content-Format or Accept option that may be absent.
class format_option {
public:
    constexpr format_option() = default;
    constexpr explicit format_option(std::uint32_t number) : number_plus_one_(number + 1) {}
    constexpr format_option(content_format format)  // NOLINT(*-explicit-*): it is the same thing
        : format_option(static_cast<std::uint32_t>(format)) {}

    constexpr bool is_absent() const { return number_plus_one_ == 0; }
    constexpr std::uint32_t encoded() const { return number_plus_one_; }
    constexpr bool operator==(const format_option&) const = default;

private:
    std::uint32_t number_plus_one_ = 0;
};

namespace message {

// A Content-Format option in its encoding as the first option of a message. Its delta is 12 and its
// length at most 2, so its head is one byte. A word holds up to three bytes, the first one lowest.
// It is 0 if there is no such option.
struct encoded_content_format {
    std::uint32_t encoded = 0;

    constexpr encoded_content_format() = default;

    // A constant is encoded at compile time.
    consteval encoded_content_format(content_format format)  // NOLINT(*-explicit-*): it is the same thing
        : encoded(encode(format).encoded) {}

    // The same for a format that is known at run time only.
    static constexpr encoded_content_format encode(content_format format) {
        const auto number = static_cast<std::uint32_t>(format);
        const unsigned length = uint_size(number);
        const std::uint32_t value = length == 2 ? number >> 8 | (number & 0xff) << 8 : number;
        return from_encoded(0xc0U | length | value << 8);
    }

    static constexpr encoded_content_format from_encoded(std::uint32_t encoded) {
        encoded_content_format format;
        format.encoded = encoded;
        return format;
    }

    constexpr format_option decoded() const {
        if (encoded == 0) return {};
        const std::uint32_t first = encoded >> 8 & 0xff;
        return format_option{(encoded & 3) == 2 ? first << 8 | encoded >> 16 : first};
    }

    constexpr unsigned size() const { return (encoded & 3) + (encoded != 0 ? 1 : 0); }

    // Writes the option, and returns its end.
    constexpr byte* copy_to(byte* to) const {
        std::uint32_t rest = encoded;
        for (unsigned left = size(); left != 0; --left, rest >>= 8) *to++ = static_cast<byte>(rest);
        return to;
    }
};

}  // namespace message
}  // namespace mincoap
