// Points on the curve P-256 from their x-coordinate alone (SEC 1 §2.3.4). Key exchanges for devices send only x, but
// cipher libraries take x and y.
//
// The curve is y² = x³ - 3x + b modulo the prime p. As p is 3 modulo 4, a square root is the power
// of (p + 1) / 4. Both square roots give the same shared secret, so either serves.
//
// Numbers here are public, so the time may depend on them. Do not use this for private keys.
#pragma once

#include <array>

#include <mincoap/message/bytes.hpp>

namespace mincoap::security {
namespace detail {

// A number below 2^256 in words of 16 bits, the least significant one first. Multiplication is
// Montgomery's: it divides by 2^256, so a factor is multiplied by 2^256 beforehand. Words of 16 bits
// suit a processor that multiplies 32 bits to 32 bits.
class p256_number {
public:
    static constexpr std::size_t size = 32;

    static constexpr p256_number from(const byte* big_endian) {
        p256_number n;
        for (std::size_t i = 0; i < words; ++i)
            n.word_[words - 1 - i] = static_cast<std::uint16_t>(big_endian[2 * i] << 8 | big_endian[2 * i + 1]);
        return n;
    }
    constexpr void to(byte* big_endian) const {
        for (std::size_t i = words; i-- != 0;) {
            *big_endian++ = static_cast<byte>(word_[i] >> 8);
            *big_endian++ = static_cast<byte>(word_[i]);
        }
    }

    constexpr bool operator==(const p256_number&) const = default;

    // Subtracts p if this number and `carry` * 2^256 are at least p. Returns true if so.
    constexpr bool reduce(std::uint32_t carry) {
        p256_number less;
        std::int32_t borrow = 0;
        for (std::size_t i = 0; i < words; ++i) {
            borrow += std::int32_t{word_[i]} - prime[i];
            less.word_[i] = static_cast<std::uint16_t>(borrow);
            borrow >>= 16;
        }
        if (static_cast<std::int32_t>(carry) + borrow < 0) return false;
        *this = less;
        return true;
    }

    [[gnu::noinline]] constexpr void add(const p256_number& other) {
        std::uint32_t carry = 0;
        for (std::size_t i = 0; i < words; ++i) {
            carry += std::uint32_t{word_[i]} + other.word_[i];
            word_[i] = static_cast<std::uint16_t>(carry);
            carry >>= 16;
        }
        reduce(carry);
    }

    // this * other / 2^256. Both may be the same object.
    [[gnu::noinline]] constexpr void multiply(const p256_number& other) {
        std::array<std::uint16_t, words + 1> sum{};
        for (const std::uint16_t factor : word_) add_product(sum, factor, other);
        for (std::size_t i = 0; i < words; ++i) word_[i] = sum[i];
        reduce(sum[words]);
    }

private:
    static constexpr std::size_t words = size / 2;
    using number = std::array<std::uint16_t, words>;
    static constexpr number prime{0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0,      0,
                                  0,      0,      0,      0,      1,      0,      0xffff, 0xffff};

    // (sum + factor * other + m * p) / 2^16. m makes the lowest word 0: it is that word, because p is
    // -1 modulo 2^16.
    static constexpr void add_product(std::array<std::uint16_t, words + 1>& sum, std::uint32_t factor,
                                      const p256_number& other) {
        std::uint32_t product = sum[0] + factor * other.word_[0];
        const std::uint32_t m = product & 0xffff;
        std::uint32_t reduced = m;  // (m + m * prime[0]) >> 16
        for (std::size_t i = 1; i < words; ++i) {
            product = (product >> 16) + sum[i] + factor * other.word_[i];
            reduced += m * prime[i] + (product & 0xffff);
            sum[i - 1] = static_cast<std::uint16_t>(reduced);
            reduced >>= 16;
        }
        product = (product >> 16) + sum[words];
        reduced += product & 0xffff;
        sum[words - 1] = static_cast<std::uint16_t>(reduced);
        sum[words] = static_cast<std::uint16_t>((product >> 16) + (reduced >> 16));
    }

    number word_{};
};

inline constexpr p256_number p256_one = [] {
    byte value[p256_number::size]{};
    value[p256_number::size - 1] = 1;
    return p256_number::from(value);
}();

// number * 2^doublings modulo p
consteval p256_number p256_doubled(p256_number number, int doublings) {
    for (; doublings != 0; --doublings) number.add(p256_number{number});
    return number;
}

// 2^512 modulo p: its product with a number is that number for `multiply`.
inline constexpr p256_number p256_square_of_2_256 = p256_doubled(p256_one, 512);

// -3 and b of the curve, for `multiply`.
inline constexpr p256_number p256_minus_3 = [] {
    constexpr byte value[]{0xff, 0xff, 0xff, 0xff, 0,    0,    0,    1,    0,    0,    0,
                           0,    0,    0,    0,    0,    0,    0,    0,    0,    0xff, 0xff,
                           0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfc};
    return p256_doubled(p256_number::from(value), 256);
}();
inline constexpr p256_number p256_b = [] {
    constexpr byte value[]{0x5a, 0xc6, 0x35, 0xd8, 0xaa, 0x3a, 0x93, 0xe7, 0xb3, 0xeb, 0xbd,
                           0x55, 0x76, 0x98, 0x86, 0xbc, 0x65, 0x1d, 0x06, 0xb0, 0xcc, 0x53,
                           0xb0, 0xf6, 0x3b, 0xce, 0x3c, 0x3e, 0x27, 0xd2, 0x60, 0x4b};
    return p256_doubled(p256_number::from(value), 256);
}();

// The power of (p + 1) / 4, which is 2^254 - 2^222 + 2^190 + 2^94: bits 222 to 253, 190 and 94.
constexpr p256_number p256_root(const p256_number& square) {
    p256_number root = square;
    for (unsigned bit = 253; bit-- != 0;) {
        root.multiply(root);
        if (bit >= 222 || bit == 190 || bit == 94) root.multiply(square);
    }
    return root;
}

// x³ - 3x + b
constexpr p256_number p256_curve_at(const p256_number& x) {
    p256_number value = x;
    value.multiply(x);
    value.add(p256_minus_3);
    value.multiply(x);
    value.add(p256_b);
    return value;
}

}  // namespace detail

// Writes the y-coordinate of a point with the x-coordinate at `x32` to the 32 bytes at `y32`. Both
// are big-endian. Which of the two points it is, is unspecified. Returns false if x is not below p,
// or if no point on the curve has this x: `y32` is then unspecified. `y32` may overlap `x32`.
[[nodiscard]] constexpr bool p256_y(const byte* x32, byte* y32) {
    auto x = detail::p256_number::from(x32);
    if (x.reduce(0)) return false;
    x.multiply(detail::p256_square_of_2_256);
    const detail::p256_number square = detail::p256_curve_at(x);
    detail::p256_number y = detail::p256_root(square);
    detail::p256_number check = y;
    check.multiply(y);
    y.multiply(detail::p256_one);
    y.to(y32);
    return check == square;
}

}  // namespace mincoap::security
