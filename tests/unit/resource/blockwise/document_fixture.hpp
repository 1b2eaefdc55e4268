// The fixture of the tests of block-wise bodies: a body of 2,500 bytes in all kinds of resources, and a response
// parser that shares no code with the library.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "../../../support/exchange.hpp"

namespace mincoap::document_tests {

using test::ask;
using test::core;
using test::encoded_option;
using test::packet;
using test::text_packet;

// The size of the test body, in which all blocks differ.
constexpr std::size_t body_size = 2500;
constexpr auto body_characters = [] {
    std::array<char, body_size> all{};
    std::uint32_t state = 1;
    for (char& c : all) {
        state = state * 1'664'525 + 1'013'904'223;
        c = static_cast<char>(state >> 24);
    }
    return all;
}();
constexpr std::string_view body{body_characters.data(), body_size};

// Encodes a uint (RFC 7252 §3.2). Shares no code with the library.
inline packet uint(std::uint64_t number) {
    packet value;
    for (int shift = 56; shift >= 0; shift -= 8)
        if (number >> shift != 0) value.append(static_cast<byte>(number >> shift & 0xff));
    return value;
}

// Computes FNV-1a in 32 bits. Shares no code with the library.
inline packet tag_of(std::string_view content) {
    std::uint64_t hash = 2'166'136'261;
    for (const char c : content) hash = (hash ^ static_cast<byte>(c)) * 16'777'619 % 0x1'0000'0000;
    return uint(hash);
}

inline packet block2(std::uint32_t number, bool more, unsigned size_exponent) {
    return uint(std::uint64_t{number} * 16 + (more ? 8 : 0) + size_exponent);
}

using option_list = std::vector<std::pair<unsigned, packet>>;
inline packet encoded(const option_list& options) {
    packet all;
    unsigned last = 0;
    for (const auto& [number, value] : options) {
        all = all + encoded_option(number - last, value);
        last = number;
    }
    return all;
}

struct response {
    code answer = code::empty;
    packet options;  // in encoded form
    std::string payload;

    response(code c, const option_list& o, std::string_view p) : answer(c), options(encoded(o)), payload(p) {}
    explicit response(const packet& datagram) {
        const auto message = message::view::parse(datagram.view());
        if (!message) return;
        answer = message->code();
        payload = as_text(message->payload());
        const std::size_t behind = payload.empty() ? 0 : payload.size() + 1;
        const std::size_t begin = message::header_size + message->token().size();
        options = packet{datagram.view().subspan(begin, datagram.size() - behind - begin)};
    }

    friend bool operator==(const response&, const response&) = default;
    friend void PrintTo(const response& r, std::ostream* out) {
        *out << "code " << static_cast<unsigned>(r.answer) << ", options " << testing::PrintToString(r.options) << ", "
             << r.payload.size() << " bytes";
    }
};

// The expected 2.05 response with the whole content, or with the block of it.
inline response whole(std::string_view content, unsigned format = 0) {
    return {code::content, {{4, tag_of(content)}, {12, uint(format)}}, content};
}
inline response block_of(std::string_view content, std::uint32_t number, unsigned size_exponent, unsigned format = 0) {
    const std::size_t size = 16U << size_exponent;
    const std::string_view rest = content.substr(number * size);
    return {code::content,
            {{4, tag_of(content)}, {12, uint(format)}, {23, block2(number, rest.size() > size, size_exponent)}},
            rest.substr(0, size)};
}

inline ask get_block(std::string_view path, std::uint32_t number, unsigned size_exponent) {
    return ask(code::get, path).with(23, block2(number, false, size_exponent));
}

// A representation that can change, and whose reads can fail.
struct memory {
    std::string content;
    bool readable = true;

    body_info measure() const { return {static_cast<std::uint32_t>(content.size()), etag{std::string_view{content}}}; }
    bool read(std::uint32_t offset, mutable_bytes to) const {
        EXPECT_LE(offset + to.size(), content.size()) << "read behind the end";
        if (readable) content.copy(reinterpret_cast<char*>(to.data()), to.size(), offset);
        return readable;
    }
};
static_assert(block_source<memory>);

// Writes the body in pieces of uneven sizes.
inline void write_body(body_writer& to) {
    for (std::size_t at = 0; at < body.size(); at += 37) to.put(body.substr(at, 37));
}

void expect_every_block(auto& c, std::string_view path, unsigned format, std::string_view content) {
    for (unsigned size_exponent = 0; size_exponent <= 6; ++size_exponent) {
        const std::size_t size = 16U << size_exponent;
        const auto count = static_cast<std::uint32_t>(content.empty() ? 1 : (content.size() + size - 1) / size);
        std::string all;
        for (std::uint32_t n = 0; n < count; ++n) {
            const response r{c.answer(get_block(path, n, size_exponent))};
            EXPECT_EQ(r, block_of(content, n, size_exponent, format)) << path << ' ' << n << '/' << size_exponent;
            all += r.payload;
        }
        EXPECT_EQ(all, content) << path << " in blocks of " << size;
        for (const std::uint32_t behind : {count, count + 1, block::max_number})
            EXPECT_EQ(c.said(get_block(path, behind, size_exponent)), "4.00") << path << ' ' << behind;
    }
}

inline const memory source{std::string{body}};
constexpr auto site =
    routes(at<"document">(document(body)), at<"rendered">(generated<content_format::json>(write_body)),
           at<"source">(get_blocks<content_format::cbor>(source)), at<"short">(document<content_format::json>("[1]")));

}  // namespace mincoap::document_tests
