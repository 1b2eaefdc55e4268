// SipHash-2-4: a keyed hash of short messages, 64 bits of it (Aumasson, Bernstein: "SipHash: a fast short-input PRF",
// 2012).
//
// Why this one for tags that only the server itself checks: it is a pseudo-random function with a key of 128 bits, so
// that without the key no tag of 64 bits is guessed better than by trying, 2^63 times on average, each try a datagram;
// it needs additions, rotations and exclusive ors alone, no table, and takes the same time whatever the key. It is no
// hash function in the sense of SHA-2, and encrypts nothing.
#pragma once

#include <array>
#include <bit>
#include <span>

#include <mincoap/message/bytes.hpp>

namespace mincoap::security {

class siphash {
public:
    using key = std::array<std::uint64_t, 2>;

    constexpr explicit siphash(const key& secret) : key_(secret) {}

    // Of the words one behind the other, each little-endian.
    constexpr std::uint64_t operator()(std::span<const std::uint64_t> message) const {
        state s{.a = key_[0] ^ 0x736f'6d65'7073'6575,
                .b = key_[1] ^ 0x646f'7261'6e64'6f6d,
                .c = key_[0] ^ 0x6c79'6765'6e65'7261,
                .d = key_[1] ^ 0x7465'6462'7974'6573};
        for (const std::uint64_t block : message) s.compress(block);
        s.compress(static_cast<std::uint64_t>(message.size()) << 59);  // the size in bytes, in the uppermost byte
        s.c ^= 0xff;
        s.rounds(4);
        return s.a ^ s.b ^ s.c ^ s.d;
    }

private:
    struct state {
        std::uint64_t a, b, c, d;

        constexpr void rounds(int count) {
            while (count-- != 0) {
                a += b, b = std::rotl(b, 13) ^ a, a = std::rotl(a, 32);
                c += d, d = std::rotl(d, 16) ^ c;
                a += d, d = std::rotl(d, 21) ^ a;
                c += b, b = std::rotl(b, 17) ^ c, c = std::rotl(c, 32);
            }
        }
        constexpr void compress(std::uint64_t block) {
            d ^= block;
            rounds(2);
            a ^= block;
        }
    };

    key key_;
};

}  // namespace mincoap::security
