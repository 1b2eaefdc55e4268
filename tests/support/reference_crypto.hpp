// The functions of security::crypto, written after FIPS 197, RFC 3610, FIPS 180-4 and RFC 2104. For
// tests, so that they need no cipher library: short, slow, and not safe against timing.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <vector>

#include <mincoap/security/crypto.hpp>

namespace mincoap::test {

// AES-128 (FIPS 197).
class aes {
public:
    using block = std::array<byte, 16>;

    explicit aes(const byte* key16) {
        std::copy_n(key16, 16, keys_.begin());
        for (std::size_t i = 16, round = 1; i < keys_.size(); i += 4) {
            std::array<byte, 4> word{keys_[i - 4], keys_[i - 3], keys_[i - 2], keys_[i - 1]};
            if (i % 16 == 0) {
                std::rotate(word.begin(), word.begin() + 1, word.end());
                for (byte& b : word) b = substitute(b);
                word[0] ^= static_cast<byte>(round);
                round = times_2(static_cast<byte>(round));
            }
            for (std::size_t j = 0; j < 4; ++j) keys_[i + j] = static_cast<byte>(keys_[i + j - 16] ^ word[j]);
        }
    }

    block encrypt(block b) const {
        add_key(b, 0);
        for (std::size_t round = 1; round <= 10; ++round) {
            block shifted;
            for (std::size_t i = 0; i < 16; ++i) shifted[i] = substitute(b[i * 5 % 16]);
            b = shifted;
            if (round != 10) mix(b);
            add_key(b, round);
        }
        return b;
    }

private:
    static byte times_2(byte b) { return static_cast<byte>(b << 1 ^ (b >= 0x80 ? 0x1b : 0)); }
    static byte times(byte a, byte b) {
        byte product = 0;
        for (; b != 0; b >>= 1, a = times_2(a))
            if ((b & 1) != 0) product ^= a;
        return product;
    }
    static byte substitute(byte b) {
        static const std::array<byte, 256> table = [] {
            std::array<byte, 256> made{};
            for (unsigned n = 0; n < 256; ++n) {
                byte inverse = n == 0 ? 0 : 1;
                for (int i = 0; i < 254 && n != 0; ++i) inverse = times(inverse, static_cast<byte>(n));
                byte s = 0x63;
                for (int i = 0; i < 5; ++i) s ^= std::rotl(inverse, i);
                made.at(n) = s;
            }
            return made;
        }();
        return table.at(b);
    }
    static void mix(block& b) {
        for (std::size_t c = 0; c < 16; c += 4) {
            const std::array<byte, 4> in{b[c], b[c + 1], b[c + 2], b[c + 3]};
            for (std::size_t i = 0; i < 4; ++i) {
                const byte next = in[(i + 1) % 4];
                b[c + i] = static_cast<byte>(times_2(in[i]) ^ times_2(next) ^ next ^ in[(i + 2) % 4] ^ in[(i + 3) % 4]);
            }
        }
    }
    void add_key(block& b, std::size_t round) const {
        for (std::size_t i = 0; i < 16; ++i) b[i] ^= keys_[16 * round + i];
    }

    std::array<byte, 176> keys_{};
};

struct reference_crypto {
    static void seal(const byte* key16, const byte* nonce13, bytes aad, mutable_bytes data_and_tag, std::size_t tag) {
        const aes cipher{key16};
        const mutable_bytes data = data_and_tag.first(data_and_tag.size() - tag);
        const aes::block mac = mac_of(cipher, nonce13, aad, data, tag);
        apply(cipher, nonce13, data);
        const aes::block key = cipher.encrypt(counter(nonce13, 0));
        for (std::size_t i = 0; i < tag; ++i) data_and_tag[data.size() + i] = static_cast<byte>(mac[i] ^ key[i]);
    }

    [[nodiscard]] static bool open(const byte* key16, const byte* nonce13, bytes aad, mutable_bytes data_and_tag,
                                   std::size_t tag) {
        if (data_and_tag.size() < tag) return false;
        const aes cipher{key16};
        const mutable_bytes data = data_and_tag.first(data_and_tag.size() - tag);
        apply(cipher, nonce13, data);
        const aes::block mac = mac_of(cipher, nonce13, aad, data, tag);
        const aes::block key = cipher.encrypt(counter(nonce13, 0));
        byte difference = 0;
        for (std::size_t i = 0; i < tag; ++i)
            difference = static_cast<byte>(difference | (data_and_tag[data.size() + i] ^ mac[i] ^ key[i]));
        return difference == 0;
    }

    static void hash(std::span<const bytes> pieces, byte* to32) {
        std::vector<byte> all;
        for (const bytes piece : pieces) all.insert(all.end(), piece.begin(), piece.end());
        const std::uint64_t bits = std::uint64_t{all.size()} * 8;
        all.push_back(0x80);
        while (all.size() % 64 != 56) all.push_back(0);
        for (int shift = 56; shift >= 0; shift -= 8) all.push_back(static_cast<byte>(bits >> shift));
        std::array<std::uint32_t, 8> state = roots<8>(2);
        for (std::size_t i = 0; i < all.size(); i += 64) compress(state, &all[i]);
        for (std::size_t i = 0; i < 32; ++i) to32[i] = static_cast<byte>(state[i / 4] >> (24 - i % 4 * 8));
    }

    static void hmac(bytes key, std::span<const bytes> pieces, byte* to32) {
        std::array<byte, 64> inner{};
        if (key.size() > inner.size()) hash({&key, 1}, inner.data());
        else std::copy(key.begin(), key.end(), inner.begin());
        std::array<byte, 64> outer = inner;
        for (byte& b : inner) b ^= 0x36;
        for (byte& b : outer) b ^= 0x5c;
        std::vector<bytes> all{inner};
        all.insert(all.end(), pieces.begin(), pieces.end());
        std::array<byte, 32> digest{};
        hash(all, digest.data());
        const std::array<bytes, 2> second{outer, digest};
        hash(second, to32);
    }

private:
    // ---- CCM (RFC 3610) with a length of two bytes

    static aes::block counter(const byte* nonce13, std::size_t number) {
        aes::block b{1};
        std::copy_n(nonce13, 13, b.begin() + 1);
        b[14] = static_cast<byte>(number >> 8);
        b[15] = static_cast<byte>(number);
        return b;
    }
    static void apply(const aes& cipher, const byte* nonce13, mutable_bytes data) {
        for (std::size_t i = 0; i < data.size(); ++i)
            data[i] ^= cipher.encrypt(counter(nonce13, 1 + i / 16)).at(i % 16);
    }
    static aes::block mac_of(const aes& cipher, const byte* nonce13, bytes aad, bytes data, std::size_t tag) {
        std::vector<byte> all;
        all.push_back(static_cast<byte>((aad.empty() ? 0 : 0x40) + (tag - 2) / 2 * 8 + 1));
        all.insert(all.end(), nonce13, nonce13 + 13);
        all.push_back(static_cast<byte>(data.size() >> 8));
        all.push_back(static_cast<byte>(data.size()));
        if (!aad.empty()) {
            all.push_back(static_cast<byte>(aad.size() >> 8));
            all.push_back(static_cast<byte>(aad.size()));
        }
        all.insert(all.end(), aad.begin(), aad.end());
        all.resize((all.size() + 15) / 16 * 16);
        all.insert(all.end(), data.begin(), data.end());
        all.resize((all.size() + 15) / 16 * 16);
        aes::block mac{};
        for (std::size_t i = 0; i < all.size(); ++i) {
            mac[i % 16] ^= all[i];
            if (i % 16 == 15) mac = cipher.encrypt(mac);
        }
        return mac;
    }

    // ---- SHA-256

    // The first 32 bits of the fractional parts of the square or cube roots of the first primes.
    template <std::size_t Count>
    static std::array<std::uint32_t, Count> roots(unsigned degree) {
        std::array<std::uint32_t, Count> all{};
        std::size_t found = 0;
        for (unsigned n = 2; found < Count; ++n) {
            bool is_prime = true;
            for (unsigned d = 2; d * d <= n; ++d) is_prime = is_prime && n % d != 0;
            if (!is_prime) continue;
            const double root = degree == 2 ? std::sqrt(n) : std::cbrt(n);
            all[found++] = static_cast<std::uint32_t>((root - std::floor(root)) * 0x1p32);
        }
        return all;
    }
    static void compress(std::array<std::uint32_t, 8>& state, const byte* block) {
        static const std::array<std::uint32_t, 64> constants = roots<64>(3);
        std::array<std::uint32_t, 64> w{};
        for (std::size_t i = 0; i < 64; ++i) w[i / 4 % 16] = w[i / 4 % 16] << 8 | block[i];
        for (std::size_t i = 16; i < 64; ++i) {
            const std::uint32_t a = w[i - 15];
            const std::uint32_t b = w[i - 2];
            w[i] = w[i - 16] + w[i - 7] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ a >> 3) +
                   (std::rotr(b, 17) ^ std::rotr(b, 19) ^ b >> 10);
        }
        auto [a, b, c, d, e, f, g, h] = state;
        for (std::size_t i = 0; i < 64; ++i) {
            const std::uint32_t t = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + ((e & f) ^ (~e & g)) +
                                    constants[i] + w[i];
            const std::uint32_t u =
                (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
            h = g, g = f, f = e, e = d + t, d = c, c = b, b = a, a = t + u;
        }
        const std::array<std::uint32_t, 8> all{a, b, c, d, e, f, g, h};
        for (std::size_t i = 0; i < 8; ++i) state[i] += all[i];
    }
};
static_assert(security::crypto<reference_crypto>);

}  // namespace mincoap::test
