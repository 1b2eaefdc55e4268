// The floating-point numbers of CBOR (RFC 8949 §3.3) in the three sizes of IEEE 754, handled as
// bits. A device without a floating-point unit links no emulation of one, and NaNs keep their bits.
#pragma once

#include <mincoap/cbor/item.hpp>

namespace mincoap::cbor::detail {

struct float_format {
    unsigned exponent_bits;
    unsigned fraction_bits;

    constexpr int max_exponent() const { return (1 << exponent_bits) - 1; }  // infinities and NaNs
    constexpr int bias() const { return max_exponent() / 2; }
    constexpr unsigned sign_bit() const { return exponent_bits + fraction_bits; }
};
inline constexpr float_format half_format{5, 10};
inline constexpr float_format single_format{8, 23};
inline constexpr float_format double_format{11, 52};
inline constexpr std::uint64_t hidden_bit = std::uint64_t{1} << double_format.fraction_bits;

// The double that has the value of a half or a single. A NaN keeps its payload, in the upper bits.
constexpr std::uint64_t widened(std::uint32_t bits, float_format from) {
    const std::uint64_t sign = bits >> from.sign_bit();
    int exponent = static_cast<int>(bits >> from.fraction_bits) & from.max_exponent();
    std::uint64_t fraction = bits & ((1U << from.fraction_bits) - 1);
    fraction <<= double_format.fraction_bits - from.fraction_bits;

    if (exponent == from.max_exponent()) exponent = double_format.max_exponent();
    else if (exponent != 0) exponent += double_format.bias() - from.bias();
    else if (fraction != 0) {  // a subnormal, which is a normal double
        exponent = double_format.bias() - from.bias() + 1;
        for (; fraction < hidden_bit; fraction <<= 1) --exponent;
        fraction -= hidden_bit;
    }
    return sign << double_format.sign_bit() | static_cast<std::uint64_t>(exponent) << double_format.fraction_bits |
           fraction;
}

// The half or single that has the value of a double. If there is none, the result widens to other
// bits than the double's.
constexpr std::uint32_t narrowed(std::uint64_t bits, float_format to) {
    const auto sign = static_cast<std::uint32_t>(bits >> double_format.sign_bit()) << to.sign_bit();
    const int exponent = static_cast<int>(bits >> double_format.fraction_bits) & double_format.max_exponent();
    const std::uint64_t fraction = bits & (hidden_bit - 1);
    const unsigned dropped = double_format.fraction_bits - to.fraction_bits;
    const bool is_finite = exponent != double_format.max_exponent();
    const int rebiased = is_finite ? exponent - double_format.bias() + to.bias() : to.max_exponent();

    if (rebiased > 0)
        return sign | static_cast<std::uint32_t>(rebiased) << to.fraction_bits |
               static_cast<std::uint32_t>(fraction >> dropped);
    const unsigned shift = dropped + 1 + static_cast<unsigned>(-rebiased);  // a subnormal
    if (shift > double_format.fraction_bits) return sign;
    return sign | static_cast<std::uint32_t>((fraction | hidden_bit) >> shift);
}

struct encoded_float {
    unsigned information;
    std::uint64_t bits;

    constexpr bool operator==(const encoded_float&) const = default;
};

// The shortest of the three sizes that keeps the value. Every NaN becomes 0xf97e00 (RFC 8949
// §4.2.1, §4.2.2).
constexpr encoded_float shortest(std::uint64_t bits) {
    constexpr std::uint64_t infinity = 0x7ff0'0000'0000'0000;
    if ((bits & ~(std::uint64_t{1} << double_format.sign_bit())) > infinity) return {argument_of_2_bytes, 0x7e00};
    if (const std::uint32_t half = narrowed(bits, half_format); widened(half, half_format) == bits)
        return {argument_of_2_bytes, half};
    if (const std::uint32_t single = narrowed(bits, single_format); widened(single, single_format) == bits)
        return {argument_of_4_bytes, single};
    return {argument_of_8_bytes, bits};
}

// The bits of the double that has the value of an argument in any of the three sizes.
constexpr std::uint64_t double_bits(encoded_float encoded) {
    if (encoded.information == argument_of_8_bytes) return encoded.bits;
    return widened(static_cast<std::uint32_t>(encoded.bits),
                   encoded.information == argument_of_2_bytes ? half_format : single_format);
}

}  // namespace mincoap::cbor::detail
