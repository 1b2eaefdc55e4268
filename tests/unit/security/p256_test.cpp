#include <mincoap/security/p256.hpp>

#include <optional>
#include <random>
#include <string>
#include <string_view>

#include <gmock/gmock.h>

namespace mincoap::security {
namespace {

using coordinate = std::array<byte, 32>;

constexpr coordinate from_hex(std::string_view digits) {
    const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    coordinate c{};
    for (std::size_t i = 0; i < c.size(); ++i)
        c[i] = static_cast<byte>(value(digits[2 * i]) << 4 | value(digits[2 * i + 1]));
    return c;
}
constexpr coordinate small(byte value) {
    coordinate c{};
    c[31] = value;
    return c;
}

constexpr coordinate prime = from_hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");

// p - y
constexpr coordinate negative(const coordinate& y) {
    coordinate other{};
    int borrow = 0;
    for (std::size_t i = 32; i-- != 0;) {
        borrow += prime[i] - y[i];
        other[i] = static_cast<byte>(borrow);
        borrow >>= 8;
    }
    return other;
}

constexpr std::optional<coordinate> y_of(const coordinate& x) {
    coordinate y{};
    if (!p256_y(x.data(), y.data())) return std::nullopt;
    return y;
}

struct point {
    coordinate x, y;
};
constexpr point points[] = {
    // the generator (SEC 2 §2.4.2)
    {from_hex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
     from_hex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")},
    // NIST CAVP, KAS_ECC_CDH_PrimitiveTest, P-256: the first three public keys
    {from_hex("700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"),
     from_hex("db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac")},
    {from_hex("809f04289c64348c01515eb03d5ce7ac1a8cb9498f5caa50197e58d43a86a7ae"),
     from_hex("b29d84e811197f25eba8f5194092cb6ff440e26d4421011372461f579271cda3")},
    {from_hex("a2339c12d4a03c33546de533268b4ad667debf458b464d77443636440ee7fec3"),
     from_hex("ef48a3ab26e20220bcda2c1851076839dae88eae962869a497bf73cb66faf536")},
    // the least x of a point, and one near p
    {small(0), from_hex("66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4")},
    {from_hex("ffffffff00000001000000000000000000000000fffffffffffffffffffffffc"),
     from_hex("19719bebf6aea13f25c96dfd7c71f5225d4c8fc09eb5a0ab9f39e9178e55c121")},
};

TEST(p256, finds_one_of_the_two_points) {
    for (const point& p : points) {
        const auto y = y_of(p.x);
        ASSERT_TRUE(y);
        EXPECT_TRUE(*y == p.y || *y == negative(p.y));
    }
}

// Computed with Python's integers: bit x of the number is set if a point has this x. 0, 5, 6, 8, 9, 12, ...
TEST(p256, refuses_an_x_that_no_point_has) {
    const coordinate on_curve = from_hex("86cc41e5350cbeda17221e7374d72913d2526b4f42a6a86723591cc9b184fd75");
    for (unsigned x = 0; x < 256; ++x)
        EXPECT_EQ(y_of(small(static_cast<byte>(x))).has_value(), (on_curve[x / 8] >> (7 - x % 8) & 1) != 0) << x;
}

// p, p + 5 and the like are 0, 5, ... modulo p, and points have these.
TEST(p256, refuses_an_x_that_is_not_below_p) {
    ASSERT_TRUE(y_of(small(0)));
    ASSERT_TRUE(y_of(small(5)));
    EXPECT_FALSE(y_of(prime));
    EXPECT_FALSE(y_of(from_hex("ffffffff00000001000000000000000000000001000000000000000000000004")));
    coordinate x{};
    x.fill(0xff);
    EXPECT_FALSE(y_of(x));
}

TEST(p256, writes_y_over_x) {
    coordinate memory = points[0].x;
    ASSERT_TRUE(p256_y(memory.data(), memory.data()));
    EXPECT_EQ(memory, *y_of(points[0].x));
}

// `p256_y` itself compares y * y with the curve.
TEST(p256, about_half_of_all_x_have_a_point) {
    std::mt19937 random{256};
    int count = 0;
    for (int round = 0; round < 100; ++round) {
        coordinate x;
        for (byte& b : x) b = static_cast<byte>(random());
        const auto y = y_of(x);
        count += y.has_value();
        if (y) {
            EXPECT_LT(*y, prime);
        }
    }
    EXPECT_GT(count, 30);
    EXPECT_LT(count, 70);
}

}  // namespace
}  // namespace mincoap::security
