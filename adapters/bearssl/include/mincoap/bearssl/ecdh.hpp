// ECDH of BearSSL, as security::key_agreement, on P-256 and X25519.
//
//     using suite_2 = mincoap::bearssl::p256<hardware_random>;     // EDHOC's cipher suites 2 and 3
//     using suite_0 = mincoap::bearssl::x25519<hardware_random>;   // 0 and 1
//
// Both take the same time for all private keys. The first argument is a security::random_source. The
// second one, if any, is another implementation of BearSSL: br_ec_p256_m31 or br_ec_c25519_m31 for a
// processor that multiplies 32 bits to 64 bits in constant time, as x86-64 and Cortex-M4 do.
#pragma once

#include <bearssl.h>

#include <array>

#include <mincoap/security/crypto.hpp>
#include <mincoap/security/p256.hpp>

namespace mincoap::bearssl {

// A private key in the memory of the program.
struct private_key {
    std::array<byte, 32> scalar;
};

// Overwrites the key. The compiler does not leave it out.
inline void forget_key(private_key& key) {
    for (volatile byte& b : key.scalar) b = 0;
}

template <security::random_source Random, const br_ec_impl& Curve = br_ec_p256_m15>
class p256 {
public:
    using private_key = bearssl::private_key;

    // Returns false if the random numbers fail, or if eight in a row are no private key: that is no
    // accident.
    [[nodiscard]] static bool generate(private_key& key, byte* x32) {
        for (int tries = 0; tries < 8; ++tries) {
            if (!Random::fill(key.scalar)) break;
            if (is_private_key(key)) return write_public_key(key, x32), true;
        }
        return forget_key(key), false;
    }

    [[nodiscard]] static bool agree(const private_key& key, const byte* x32, byte* to32) {
        point other{uncompressed};
        copy_bytes(x32, coordinate_size, x_of(other));
        if (!security::p256_y(x_of(other), x_of(other) + coordinate_size)) return false;
        const bool done =
            Curve.mul(other.data(), other.size(), key.scalar.data(), key.scalar.size(), BR_EC_secp256r1) != 0;
        copy_bytes(x_of(other), coordinate_size, to32);
        return done;
    }

    static void forget(private_key& key) { forget_key(key); }

private:
    static constexpr std::size_t coordinate_size = 32;
    static constexpr byte uncompressed = 4;
    using point = std::array<byte, 1 + 2 * coordinate_size>;

    static byte* x_of(point& p) { return p.data() + 1; }

    static void write_public_key(const private_key& key, byte* x32) {
        point own;
        Curve.mulgen(own.data(), key.scalar.data(), key.scalar.size(), BR_EC_secp256r1);
        copy_bytes(x_of(own), coordinate_size, x32);
    }

    // 1 to the order of the curve less 1. Takes the same time for all keys.
    static bool is_private_key(const private_key& key) {
        static constexpr byte order[coordinate_size]{0xff, 0xff, 0xff, 0xff, 0,    0,    0,    0,    0xff, 0xff, 0xff,
                                                     0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                                     0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
        int borrow = 0;
        int any = 0;
        for (std::size_t i = coordinate_size; i-- != 0;) {
            borrow = (key.scalar[i] - order[i] + borrow) >> 8;
            any |= key.scalar[i];
        }
        return borrow < 0 && any != 0;
    }
};

template <security::random_source Random, const br_ec_impl& Curve = br_ec_c25519_m15>
class x25519 {
public:
    using private_key = bearssl::private_key;

    [[nodiscard]] static bool generate(private_key& key, byte* x32) {
        if (!Random::fill(key.scalar)) return forget_key(key), false;
        Curve.mulgen(x32, key.scalar.data(), key.scalar.size(), BR_EC_curve25519);
        return true;
    }

    [[nodiscard]] static bool agree(const private_key& key, const byte* x32, byte* to32) {
        std::array<byte, 32> point;
        copy_bytes(x32, point.size(), point.data());
        Curve.mul(point.data(), point.size(), key.scalar.data(), key.scalar.size(), BR_EC_curve25519);
        byte any = 0;
        for (const byte b : point) any |= b;
        copy_bytes(point.data(), point.size(), to32);
        return any != 0;
    }

    static void forget(private_key& key) { forget_key(key); }
};

static_assert(security::key_agreement<p256<security::random_archetype>>);
static_assert(security::key_agreement<x25519<security::random_archetype>>);

}  // namespace mincoap::bearssl
