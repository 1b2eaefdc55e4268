// SipHash-2-4: a keyed hash of short messages, 64 bits of it (Aumasson, Bernstein: "SipHash: a fast short-input PRF",
// 2012).
//
// It suits tags that only the server itself checks. It is a pseudo-random function with a key of
// 128 bits. Without the key, an attacker has no better way to guess a tag of 64 bits than to try
// values, 2^63 on average, and each try takes a datagram. It needs only additions, rotations and
// exclusive ors, and no table. It takes the same time whatever the key. It is not a hash function
// in the sense of SHA-2, and does not encrypt.
#pragma once

#include <bit>

#include <mincoap/security/mac.hpp>

namespace mincoap::security {

class siphash {
public:
    using key = security::key;

    static constexpr std::uint64_t tag(const key& secret, std::span<const block> message) {
        const std::uint64_t low = joined(secret[0], secret[1]);
        const std::uint64_t high = joined(secret[2], secret[3]);
        state s{.a = low ^ 0x736f'6d65'7073'6575,
                .b = high ^ 0x646f'7261'6e64'6f6d,
                .c = low ^ 0x6c79'6765'6e65'7261,
                .d = high ^ 0x7465'6462'7974'6573};
        for (const block& b : message) {
            s.compress(joined(b[0], b[1]));
            s.compress(joined(b[2], b[3]));
        }
        s.compress(static_cast<std::uint64_t>(message.size()) << 60);  // the size in bytes, in the uppermost byte
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
        constexpr void compress(std::uint64_t word) {
            d ^= word;
            rounds(2);
            a ^= word;
        }
    };

    static constexpr std::uint64_t joined(std::uint32_t low, std::uint32_t high) {
        return std::uint64_t{high} << 32 | low;
    }
};
static_assert(mac<siphash>);

}  // namespace mincoap::security
