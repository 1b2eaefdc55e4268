#include <array>

#include <gtest/gtest.h>

#include <mincoap/message/content_format.hpp>
#include <mincoap/message/uint.hpp>

namespace mincoap::message {
namespace {

template <std::size_t N>
constexpr std::uint32_t number(const std::array<byte, N>& value) {
    return to_uint(value);
}

// RFC 7252 §3.2: "the number 0 is represented with an empty option value".
TEST(uint, reads_nothing_as_0) {
    static_assert(to_uint({}) == 0);
    static_assert(uint_size(0) == 0);
}

// RFC 7252 §3.2: network byte order.
TEST(uint, is_big_endian) {
    static_assert(number(std::array<byte, 1>{1}) == 1);
    static_assert(number(std::array<byte, 2>{1, 2}) == 0x0102);
    static_assert(number(std::array<byte, 3>{1, 2, 3}) == 0x010203);
    static_assert(number(std::array<byte, 4>{0xff, 2, 3, 4}) == 0xff020304);
}

// RFC 7252 §3.2: "A recipient MUST be prepared to process values with leading zero bytes."
TEST(uint, takes_leading_zeros) {
    static_assert(number(std::array<byte, 1>{0}) == 0);
    static_assert(number(std::array<byte, 4>{0, 0, 0, 7}) == 7);
    static_assert(number(std::array<byte, 8>{0, 0, 0, 0, 0, 0, 1, 0}) == 256);
}

// RFC 7252 §3.2: "A sender SHOULD represent the integer with as few bytes as possible".
TEST(uint, has_a_minimal_size) {
    static_assert(uint_size(1) == 1 && uint_size(0xff) == 1);
    static_assert(uint_size(0x100) == 2 && uint_size(0xffff) == 2);
    static_assert(uint_size(0x1'0000) == 3 && uint_size(0xff'ffff) == 3);
    static_assert(uint_size(0x100'0000) == 4 && uint_size(0xffff'ffff) == 4);
}

// RFC 7252 §12.3, table 9, and the registry.
TEST(content_format, has_the_registered_numbers) {
    static_assert(static_cast<unsigned>(content_format::text_plain) == 0);
    static_assert(static_cast<unsigned>(content_format::link_format) == 40);
    static_assert(static_cast<unsigned>(content_format::xml) == 41);
    static_assert(static_cast<unsigned>(content_format::octet_stream) == 42);
    static_assert(static_cast<unsigned>(content_format::json) == 50);
    static_assert(static_cast<unsigned>(content_format::json_patch) == 51);
    static_assert(static_cast<unsigned>(content_format::merge_patch) == 52);
    static_assert(static_cast<unsigned>(content_format::cbor) == 60);
    static_assert(static_cast<unsigned>(content_format::cwt) == 61);
    static_assert(static_cast<unsigned>(content_format::senml_json) == 110);
    static_assert(static_cast<unsigned>(content_format::senml_cbor) == 112);
    static_assert(static_cast<unsigned>(content_format::concise_problem_details) == 257);
}

}  // namespace
}  // namespace mincoap::message
