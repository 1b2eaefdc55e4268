// Chaskey-12: a MAC for 32-bit processors (Mouha et al., "Chaskey: An Efficient MAC Algorithm for
// 32-bit Microcontrollers", 2014; "Chaskey: a MAC Algorithm for Microcontrollers: Status Update and
// Proposal of Chaskey-12", 2015; ISO/IEC 29192-6:2019).
//
// It needs only additions, rotations and exclusive ors of words, and no table. It takes the same
// time whatever the key. Without the key, an attacker has no better way to forge a tag of 64 bits
// than to try values. This holds for up to 2^48 blocks per key, the limit that its designers set.
// At 10,000 tags of two blocks per second, a key reaches it after 440 years. See docs/threats.md.
#pragma once

#include <bit>

#include <mincoap/security/mac.hpp>

namespace mincoap::security {

class chaskey {
public:
    using key = security::key;

    // The first half of the tag of 128 bits.
    static constexpr std::uint64_t tag(const key& secret, std::span<const block> message) {
        const block last = doubled(secret);
        block state = secret;
        while (!message.empty()) {
            add(state, message.front());
            message = message.subspan(1);
            if (message.empty()) add(state, last);
            permute(state);
        }
        return std::uint64_t{state[1] ^ last[1]} << 32 | (state[0] ^ last[0]);
    }

private:
    static constexpr void add(block& to, const block& what) {
        for (unsigned i = 0; i < 4; ++i) to[i] ^= what[i];
    }

    // Times x in GF(2^128), without a branch on a bit of the key.
    static constexpr block doubled(const block& k) {
        return {k[0] << 1 ^ (0x87 & (0U - (k[3] >> 31))), k[1] << 1 | k[0] >> 31, k[2] << 1 | k[1] >> 31,
                k[3] << 1 | k[2] >> 31};
    }

    static constexpr void permute(block& state) {
        auto [a, b, c, d] = state;
        for (int round = 0; round < 12; ++round) {
            a += b, b = std::rotl(b, 5) ^ a, a = std::rotl(a, 16);
            c += d, d = std::rotl(d, 8) ^ c;
            a += d, d = std::rotl(d, 13) ^ a;
            c += b, b = std::rotl(b, 7) ^ c, c = std::rotl(c, 16);
        }
        state = {a, b, c, d};
    }
};
static_assert(mac<chaskey>);

}  // namespace mincoap::security
