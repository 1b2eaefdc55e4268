// Cipher suites (RFC 9528 §3.6), and how EDHOC uses their functions.
//
//     using suites = edhoc::p256_suites<bearssl::crypto, bearssl::p256<hardware_random>>;        // 2 and 3
//     using suites = edhoc::x25519_suites<bearssl::crypto, bearssl::x25519<hardware_random>>;    // 0 and 1
//
// RFC 9528 §8 asks for the suites 2 and 3. A server has two suites with the same curve, because its
// credential has one key. Both suites hash with SHA-256, and OSCORE uses AES-CCM-16-64-128. The even one
// has MACs and tags of 8 bytes, the odd one of 16.
#pragma once

#include <mincoap/security/crypto.hpp>

namespace mincoap::security::edhoc {

// The suites 2 and 3. `P256` is ECDH on P-256.
template <crypto Cipher, key_agreement P256>
struct p256_suites {
    using cipher = Cipher;
    using curve = P256;

    static constexpr byte first = 2;          // the other one is the next
    static constexpr byte cose_key_type = 2;  // EC2 (RFC 9053 §7)
    static constexpr byte cose_curve = 1;
};

// The suites 0 and 1. `X25519` is ECDH on X25519.
template <crypto Cipher, key_agreement X25519>
struct x25519_suites {
    using cipher = Cipher;
    using curve = X25519;

    static constexpr byte first = 0;
    static constexpr byte cose_key_type = 1;  // OKP
    static constexpr byte cose_curve = 4;
};

// One of the two above.
template <typename S>
concept suite_pair = crypto<typename S::cipher> && key_agreement<typename S::curve> && requires {
    { S::first } -> std::same_as<const byte&>;
    { S::cose_key_type } -> std::same_as<const byte&>;
    { S::cose_curve } -> std::same_as<const byte&>;
};

// The size of a MAC in bytes, and of the tag of message_3.
constexpr byte mac_size_of(byte suite) { return static_cast<byte>((suite & 1) != 0 ? long_tag_size : tag_size); }
inline constexpr std::size_t max_mac_size = long_tag_size;

}  // namespace mincoap::security::edhoc
