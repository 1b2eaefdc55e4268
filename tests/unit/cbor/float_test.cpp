// Compares the conversions with the compiler's own floating-point numbers.
#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include <mincoap/cbor/float.hpp>

namespace mincoap::cbor::detail {
namespace {

constexpr std::uint64_t bits_of(double value) { return std::bit_cast<std::uint64_t>(value); }
constexpr double as_double(std::uint64_t bits) { return std::bit_cast<double>(bits); }

// The code of RFC 8949, appendix D.
double decode_half(unsigned half) {
    const int exponent = static_cast<int>(half >> 10) & 0x1f;
    const int mantissa = static_cast<int>(half) & 0x3ff;
    const double value = exponent == 0    ? std::ldexp(mantissa, -24)
                         : exponent != 31 ? std::ldexp(mantissa + 1024, exponent - 25)
                         : mantissa == 0  ? std::numeric_limits<double>::infinity()
                                          : std::numeric_limits<double>::quiet_NaN();
    return (half & 0x8000) != 0 ? -value : value;
}

TEST(cbor_float, widens_every_half) {
    for (std::uint32_t half = 0; half < 0x1'0000; ++half) {
        const double expected = decode_half(half);
        const std::uint64_t wide = widened(half, half_format);
        if (std::isnan(expected)) ASSERT_TRUE(std::isnan(as_double(wide))) << half;
        else ASSERT_EQ(wide, bits_of(expected)) << half;
        ASSERT_EQ(narrowed(wide, half_format), half);
    }
}

void check_single(std::uint32_t single) {
    const auto value = std::bit_cast<float>(single);
    const std::uint64_t wide = widened(single, single_format);
    if (std::isnan(value)) ASSERT_TRUE(std::isnan(as_double(wide))) << single;
    else ASSERT_EQ(wide, bits_of(static_cast<double>(value))) << single;
    ASSERT_EQ(narrowed(wide, single_format), single);
}

TEST(cbor_float, widens_singles) {
    for (std::uint64_t single = 0; single < 0x1'0000'0000; single += 9973)
        check_single(static_cast<std::uint32_t>(single));
    for (std::uint32_t single = 0; single < 5000; ++single) check_single(single);
    for (unsigned bit = 0; bit < 32; ++bit) check_single(1U << bit), check_single((1U << bit) - 1);
}

// Returns the width that a number needs, by conversions of the compiler and a search of all halves.
unsigned expected_information(double value) {
    const auto single = static_cast<float>(value);
    if (bits_of(static_cast<double>(single)) != bits_of(value)) return argument_of_8_bytes;
    for (std::uint32_t half = 0; half < 0x1'0000; ++half)
        if (bits_of(decode_half(half)) == bits_of(value)) return argument_of_2_bytes;
    return argument_of_4_bytes;
}

TEST(cbor_float, has_a_shortest_size_that_keeps_the_value) {
    for (const double value : {0.0,
                               -0.0,
                               1.0,
                               1.5,
                               65504.0,
                               65520.0,
                               65536.0,
                               0x1p-24,
                               0x1p-25,
                               0x1.8p-24,
                               0x3ffp-24,
                               0x1p-14,
                               0x1.ffcp-15,
                               0x1.ffep-15,
                               0x1.004p0,
                               0x1.002p0,
                               3.4028234663852886e+38,
                               3.4028235677973366e+38,
                               0x1p-149,
                               0x1p-150,
                               0x1.8p-149,
                               0x1p-126,
                               0x1.fffffcp-127,
                               0x1.000002p0,
                               0x1.000001p0,
                               1.1,
                               1e300,
                               0x1p-1074,
                               0x1p-1022,
                               std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::max()})
        for (const double number : {value, -value}) {
            const encoded_float encoded = shortest(bits_of(number));
            EXPECT_EQ(encoded.information, expected_information(number)) << number;
            EXPECT_EQ(double_bits(encoded), bits_of(number)) << number;
        }
}

TEST(cbor_float, keeps_every_value) {
    std::mt19937_64 random{1};
    for (int i = 0; i < 200'000; ++i) {
        const std::uint64_t any = random();
        const std::uint64_t bits = i % 2 == 0 ? any : widened(static_cast<std::uint32_t>(any), single_format);
        if (std::isnan(as_double(bits))) continue;
        ASSERT_EQ(double_bits(shortest(bits)), bits);
    }
}

// RFC 8949 §4.2.2: every NaN has the same encoding.
TEST(cbor_float, has_one_nan) {
    constexpr encoded_float canonical{argument_of_2_bytes, 0x7e00};
    for (const std::uint64_t nan : {0x7ff8'0000'0000'0000U, 0xfff8'0000'0000'0000U, 0x7ff0'0000'0000'0001U,
                                    0x7fff'ffff'ffff'ffffU, 0xfff0'0000'0000'0001U})
        EXPECT_EQ(shortest(nan), canonical) << nan;
    static_assert(shortest(0x7ff0'0000'0000'0000) == encoded_float{argument_of_2_bytes, 0x7c00});
}

}  // namespace
}  // namespace mincoap::cbor::detail
