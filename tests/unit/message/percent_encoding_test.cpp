// RFC 3986 §2.1, §3.3: which characters of a path are written as they are, and how long it is then.
#include <mincoap/message/percent_encoding.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace mincoap {
namespace {

// The character sets as the RFC lists them, by code that shares nothing with the library.
bool stays_in_segment(char c) {
    constexpr std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    constexpr std::string_view sub_delims = "!$&'()*+,;=";
    return unreserved.contains(c) || sub_delims.contains(c) || c == ':' || c == '@';
}

TEST(percent_encoding, leaves_what_a_segment_may_have) {
    for (int value = 0; value < 256; ++value) {
        const char c = static_cast<char>(value);
        EXPECT_EQ(is_segment_character(c), stays_in_segment(c)) << value;
        EXPECT_EQ(is_path_character(c), stays_in_segment(c) || c == '/') << value;
    }
}

TEST(percent_encoding, writes_two_digits_for_each_other_byte) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (std::size_t value = 0; value < 256; ++value) {
        const char c = static_cast<char>(value);
        std::string written;
        append_percent_encoded(written, {&c, 1});
        const std::string encoded{'%', digits[value / 16], digits[value % 16]};
        EXPECT_EQ(written, stays_in_segment(c) || c == '/' ? std::string{c} : encoded) << value;
    }
}

// A document that is made at compile time has exactly the computed size.
TEST(percent_encoding, takes_one_byte_or_three) {
    EXPECT_EQ(percent_encoded_size(""), 0U);
    EXPECT_EQ(percent_encoded_size("a"), 1U);
    EXPECT_EQ(percent_encoded_size(" "), 3U);
    EXPECT_EQ(percent_encoded_size("a/b c"), 7U);
}

}  // namespace
}  // namespace mincoap
