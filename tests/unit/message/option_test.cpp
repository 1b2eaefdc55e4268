#include <string_view>

#include <gtest/gtest.h>

#include <mincoap/message/option.hpp>

namespace mincoap::message {
namespace {

// A verbatim copy of the tables of the RFCs: C critical, U unsafe to forward, N no cache key, R repeatable, and the
// lengths.
struct registered {
    unsigned number;
    std::string_view properties;
    unsigned min_length;
    unsigned max_length;
};

constexpr registered registry[] = {
    {1, "C--R", 0, 8},      // If-Match        RFC 7252 §5.10
    {3, "CU--", 1, 255},    // Uri-Host        RFC 7252 §5.10
    {4, "---R", 1, 8},      // ETag            RFC 7252 §5.10
    {5, "C---", 0, 0},      // If-None-Match   RFC 7252 §5.10
    {6, "-U--", 0, 3},      // Observe         RFC 7641 §2
    {7, "CU--", 0, 2},      // Uri-Port        RFC 7252 §5.10
    {8, "---R", 0, 255},    // Location-Path   RFC 7252 §5.10
    {9, "C---", 0, 255},    // OSCORE          RFC 8613 §2
    {11, "CU-R", 0, 255},   // Uri-Path        RFC 7252 §5.10
    {12, "----", 0, 2},     // Content-Format  RFC 7252 §5.10
    {14, "-U--", 0, 4},     // Max-Age         RFC 7252 §5.10
    {15, "CU-R", 0, 255},   // Uri-Query       RFC 7252 §5.10
    {16, "----", 1, 1},     // Hop-Limit       RFC 8768 §3
    {17, "C---", 0, 2},     // Accept          RFC 7252 §5.10
    {19, "CU--", 0, 3},     // Q-Block1        RFC 9177 §4.1
    {20, "---R", 0, 255},   // Location-Query  RFC 7252 §5.10
    {21, "C---", 0, 0},     // EDHOC           RFC 9668 §3.1
    {23, "CU--", 0, 3},     // Block2          RFC 7959 §2.1
    {27, "CU--", 0, 3},     // Block1          RFC 7959 §2.1
    {28, "--N-", 0, 4},     // Size2           RFC 7959 §4
    {31, "CU-R", 0, 3},     // Q-Block2        RFC 9177 §4.1
    {35, "CU--", 1, 1034},  // Proxy-Uri       RFC 7252 §5.10
    {39, "CU--", 1, 255},   // Proxy-Scheme    RFC 7252 §5.10
    {60, "--N-", 0, 4},     // Size1           RFC 7252 §5.10
    {252, "--N-", 1, 40},   // Echo            RFC 9175 §2.2.1
    {258, "-U--", 0, 1},    // No-Response     RFC 7967 §2
    {292, "---R", 0, 8},    // Request-Tag     RFC 9175 §3.2.1
};

TEST(option_table, is_what_the_rfcs_define) {
    ASSERT_EQ(option_table.size(), std::size(registry));
    for (std::size_t i = 0; i < std::size(registry); ++i) {
        const registered& expected = registry[i];
        const option_properties& known = option_table.at(i);
        SCOPED_TRACE(expected.number);
        EXPECT_EQ(number_of(known.number), expected.number);
        EXPECT_EQ(is_critical(known.number), expected.properties[0] == 'C');
        EXPECT_EQ(is_unsafe(known.number), expected.properties[1] == 'U');
        EXPECT_EQ(is_no_cache_key(known.number), expected.properties[2] == 'N');
        EXPECT_EQ(known.repeatable, expected.properties[3] == 'R');
        EXPECT_EQ(known.min_length, expected.min_length);
        EXPECT_EQ(known.max_length, expected.max_length);
    }
}

TEST(option_table, ascends) {
    for (std::size_t i = 1; i < option_table.size(); ++i)
        EXPECT_LT(option_table.at(i - 1).number, option_table.at(i).number);
}

TEST(option_table, is_found_by_number) {
    for (const option_properties& known : option_table) {
        const option_properties found = properties_of(known.number);
        EXPECT_EQ(found.number, known.number);
        EXPECT_EQ(found.min_length, known.min_length);
        EXPECT_EQ(found.max_length, known.max_length);
        EXPECT_EQ(found.repeatable, known.repeatable);
    }
}

TEST(option_table, lets_unknown_options_be_as_they_are) {
    for (const unsigned number : {0U, 2U, 13U, 65U, 65535U}) {
        const option_properties unknown = properties_of(static_cast<option>(number));
        EXPECT_EQ(number_of(unknown.number), number);
        EXPECT_EQ(unknown.min_length, 0);
        EXPECT_EQ(unknown.max_length, 0xffff);
        EXPECT_TRUE(unknown.repeatable);
    }
}

// RFC 7252 §5.4.6, figure 11: in C's notation there, Critical = onum & 1; UnSafe = onum & 2; NoCacheKey =
// (onum & 0x1e) == 0x1c.
TEST(option_number, carries_its_properties) {
    for (unsigned number = 0; number <= 0xffff; ++number) {
        const auto o = static_cast<option>(number);
        ASSERT_EQ(is_critical(o), number % 2 == 1);
        ASSERT_EQ(is_unsafe(o), number / 2 % 2 == 1);
        ASSERT_EQ(is_no_cache_key(o), number % 32 / 2 == 14);
    }
}

}  // namespace
}  // namespace mincoap::message
