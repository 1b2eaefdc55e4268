// Short texts that are computed, and the handling of texts that are too long.
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include <mincoap/message/short_text.hpp>

namespace mincoap {
namespace {

static_assert(text_of(21.5, 1).view() == "21.5" && text_of(21.5F, 1).view() == "21.5");
static_assert(text_of(215, scale<1>).view() == "21.5");
static_assert(text_of("motor ").add(7).add(" is stuck").view() == "motor 7 is stuck");
static_assert(short_text{}.view().empty() && !short_text{}.failed());

TEST(short_text, has_integers_of_every_type) {
    EXPECT_EQ(text_of(0).view(), "0");
    EXPECT_EQ(text_of(true).add(false).view(), "10");
    EXPECT_EQ(text_of(std::int8_t{-128}).view(), "-128");
    EXPECT_EQ(text_of(std::uint8_t{255}).view(), "255");
    EXPECT_EQ(text_of(std::numeric_limits<std::int32_t>::min()).view(), "-2147483648");
    EXPECT_EQ(text_of(std::numeric_limits<std::uint32_t>::max()).view(), "4294967295");
    EXPECT_EQ(text_of(std::numeric_limits<std::int64_t>::min()).view(), "-9223372036854775808");
    EXPECT_EQ(text_of(std::numeric_limits<std::uint64_t>::max()).view(), "18446744073709551615");
}

TEST(short_text, has_decimals_of_integers) {
    EXPECT_EQ(text_of(215, scale<0>).view(), "215");
    EXPECT_EQ(text_of(0, scale<1>).view(), "0.0");
    EXPECT_EQ(text_of(5, scale<1>).view(), "0.5");
    EXPECT_EQ(text_of(-5, scale<2>).view(), "-0.05");
    EXPECT_EQ(text_of(-100, scale<2>).view(), "-1.00");
    EXPECT_EQ(text_of(99U, scale<2>).view(), "0.99");
    EXPECT_EQ(text_of(std::numeric_limits<std::int64_t>::min(), scale<18>).view(), "-9.223372036854775808");
}

TEST(short_text, has_decimals_of_floating_point_numbers_as_printf_does) {
    for (const double number : {0.0, 0.04, 0.06, 1.0, 21.46, 99.99, 123456.789, -0.06, -21.5, 1e15})
        for (unsigned decimals = 0; decimals < 3; ++decimals) {
            if (number == 21.5 && decimals == 0) continue;  // printf rounds half to even
            char expected[64];
            std::snprintf(expected, sizeof expected, "%.*f", static_cast<int>(decimals), number);
            if (std::string_view{expected}.find_first_not_of("-0.") == std::string_view::npos) continue;
            EXPECT_EQ(text_of(number, decimals).view(), expected);
        }
    EXPECT_EQ(text_of(-0.04, 1).view(), "0.0") << "zero has no sign";
    EXPECT_EQ(text_of(2.5, 0).add(" ").add(-2.5, 0).view(), "3 -3") << "a half is rounded away from zero";
    EXPECT_EQ(text_of(0.1, 9).view(), "0.100000000");
}

TEST(short_text, has_failed_by_a_number_that_is_none_or_too_large) {
    for (const double number : {std::nan(""), HUGE_VAL, -HUGE_VAL, 1e18, -1e18, 1e300})
        EXPECT_TRUE(text_of(number, 0).failed()) << number;
    EXPECT_TRUE(text_of(1e17, 1).failed());
    EXPECT_FALSE(text_of(1e17, 0).failed());
    EXPECT_TRUE(text_of(std::nanf(""), 1).failed());
    EXPECT_TRUE(text_of(1.0, 10).failed());
}

TEST(short_text, is_never_cut) {
    short_text text{"12345678901234567890"};
    EXPECT_EQ(text.add(-12).view(), "12345678901234567890-12");
    EXPECT_EQ(text.size(), short_text::capacity);
    EXPECT_FALSE(text.failed());
    text.add("");
    EXPECT_FALSE(text.failed());
    text.add("x");
    EXPECT_TRUE(text.failed());
    EXPECT_TRUE(text.view().empty() && text.size() == 0) << "half of it would be another text";
    text.add("");
    EXPECT_TRUE(text.failed()) << "for good";
    for (const std::size_t size : {24U, 25U, 255U, 256U, 257U, 279U, 70'000U})
        EXPECT_TRUE(short_text{std::string(size, 'x')}.failed()) << size;
    EXPECT_TRUE(text_of("12345678901234567890").add(-123).failed());
    EXPECT_TRUE(text_of("12345678901234567890").add(123, scale<1>).failed());
}

}  // namespace
}  // namespace mincoap
