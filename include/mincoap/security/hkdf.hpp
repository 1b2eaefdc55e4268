// HKDF with HMAC-SHA-256 (RFC 5869): makes keys from a secret.
//
//     std::array<byte, security::hash_size> prk;
//     security::hkdf_extract<cipher>(salt, secret, prk.data());
//     security::hkdf_expand<cipher>(prk, {info}, key);
#pragma once

#include <array>

#include <mincoap/assert.hpp>
#include <mincoap/security/crypto.hpp>

namespace mincoap::security {

// Writes the pseudo-random key to the 32 bytes at `prk32` (RFC 5869 §2.2). An empty salt means
// 32 zeros, as the RFC says. `prk32` may overlap both inputs.
template <typename C>
void hkdf_extract(bytes salt, bytes secret, byte* prk32) {
    static_assert(check_crypto<C>());
    C::hmac(salt, {&secret, 1}, prk32);
}

// The most bytes that `hkdf_expand` can make.
inline constexpr std::size_t hkdf_max_size = 255 * hash_size;

// Fills `to` with key material: 0 to 8,160 bytes (RFC 5869 §2.3). `prk` is the pseudo-random key, of
// 32 bytes or more. The info is the concatenation of `info`, one or more pieces, which may be empty.
// `to` overlaps no input.
template <typename C, std::size_t N>
void hkdf_expand(bytes prk, const bytes (&info)[N], mutable_bytes to) {
    static_assert(check_crypto<C>());
    MINCOAP_ASSERT(to.size() <= hkdf_max_size);
    std::array<byte, hash_size> made;
    byte number = 0;
    std::array<bytes, N + 2> pieces{};  // the block before, the info, the number of this block
    for (std::size_t i = 0; i < N; ++i) pieces[i + 1] = info[i];
    pieces[N + 1] = {&number, 1};
    while (!to.empty()) {
        ++number;
        C::hmac(prk, pieces, made.data());
        pieces[0] = made;
        const std::size_t count = to.size() < hash_size ? to.size() : hash_size;
        copy_bytes(made.data(), count, to.data());
        to = to.subspan(count);
    }
}

}  // namespace mincoap::security
