// Paths known at compile time, in the form in which they arrive: `at<"sensors/temperature">`.
//
// Segments are separated by slashes and contain none, there is none in front, and "" is the root. A
// slash at the end writes an empty last segment: "create/" is another path than "create" (RFC 7252
// §6.5). Write the text as it arrives in Uri-Path, without percent-encoding.
//
// In the path of a resource, a segment "*" is a wildcard for any one segment, the empty one included. Within a longer
// segment, an asterisk is an ordinary character.
#pragma once

#include <array>

#include <mincoap/message/option_head.hpp>
#include <mincoap/message/text_literal.hpp>

namespace mincoap {

namespace detail {

// A wildcard in an encoded path. Neither the text of a segment, which is UTF-8 (RFC 7252 §3.2), nor
// an encoded length of at most 255 has that byte, so the search finds it without regard to where
// segments begin.
inline constexpr byte any_segment = 0xff;

constexpr bool is_wildcard(std::string_view segment) { return segment == "*"; }

// Calls f with each segment of a path.
constexpr void for_each_segment(std::string_view path, auto&& f) {
    std::size_t begin = 0;
    for (std::size_t end = 0; end < path.size(); ++end)
        if (path[end] == '/') {
            f(path.substr(begin, end - begin));
            begin = end + 1;
        }
    if (!path.empty()) f(path.substr(begin));
}

constexpr bool has_valid_segments(std::string_view path) {
    bool valid = true;
    for_each_segment(path, [&](std::string_view segment) {
        if (segment.empty() || segment.size() > 255) valid = false;
    });
    return valid;
}

// The same for the path of a resource, whose last segment may be empty.
constexpr bool is_valid_path(std::string_view path) {
    return has_valid_segments(path.size() > 1 && path.back() == '/' ? path.substr(0, path.size() - 1) : path);
}

constexpr std::size_t encoded_path_size(std::string_view path) {
    std::size_t size = 0;
    for_each_segment(path, [&](std::string_view s) {
        size += is_wildcard(s) ? 1 : message::option_head_size(0, s.size()) + s.size();
    });
    return size;
}

// Writes a segment of up to 255 bytes. Returns where it ends.
constexpr byte* encode_segment(std::string_view segment, byte* to) {
    const std::size_t length = segment.size();
    if (is_wildcard(segment)) return *to++ = any_segment, to;
    to = message::write_option_head(to, 0, length);
    copy_bytes(segment.data(), length, to);
    return to + length;
}

template <std::size_t Size>
[[nodiscard]] constexpr std::array<byte, Size> encode_path(std::string_view path) {
    std::array<byte, Size> encoded{};
    byte* to = encoded.data();
    for_each_segment(path, [&](std::string_view segment) { to = encode_segment(segment, to); });
    return encoded;
}

// Returns the number of bytes before the first wildcard of an encoded path, or of all bytes if there is none. Every
// request that matches has these bytes.
constexpr std::size_t size_before_wildcard(bytes encoded) {
    std::size_t size = 0;
    while (size < encoded.size() && encoded[size] != any_segment) ++size;
    return size;
}

// Returns where the segment of an encoded path that begins here ends.
constexpr const byte* behind_segment(const byte* encoded) {
    if (*encoded == any_segment) return encoded + 1;
    const std::size_t length = *encoded < 13 ? encoded[0] : std::size_t{13} + encoded[1];
    return encoded + message::option_head_size(0, length) + length;
}

constexpr std::size_t count_segments(bytes path) {
    std::size_t count = 0;
    for (const byte* at = path.data(); at != path.data() + path.size(); at = behind_segment(at)) ++count;
    return count;
}

}  // namespace detail

// The path as the Uri-Path options of a request, the first one's number left open (its delta is 0 here); for a
// wildcard, one byte.
//
// The encoding of an option's length is unique (RFC 7252 §3.1) and Uri-Path options are adjacent, so a
// request's path is compared as bytes, with no regard to where segments begin.
template <text_literal Path>
inline constexpr auto encoded_path = detail::encode_path<detail::encoded_path_size(Path.view())>(Path.view());

}  // namespace mincoap
