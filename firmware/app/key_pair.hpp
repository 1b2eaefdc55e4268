// The board's key pair for EDHOC (RFC 9528), and the public key of the one client that may connect.
// A factory gives the first start three options of 32 bytes in hexadecimal:
//
//   key=    the private key on P-256, new and random for each board
//   x=      the x-coordinate of its public key
//   peer=   the x-coordinate of the client's public key
//
// Once a board has keys, the options change nothing.
#pragma once

#include <mincoap/security/edhoc/credential.hpp>

#include "flash.hpp"

namespace firmware {

using number_of_32_bytes = std::array<mincoap::byte, 32>;

struct key_pair {
    number_of_32_bytes private_key, x, peer_x;
};

inline void provision_key_pair() {
    key_pair given;
    if (!numbers.first() && read_option("key=", given.private_key) && read_option("x=", given.x) &&
        read_option("peer=", given.peer_x))
        write_keys(given);
}

// A claims set {8: {1: {1: 2, 2: kid, -1: 1, -2: x}}}: a key on P-256, and a kid of one byte.
struct claims_set {
    static constexpr std::array<mincoap::byte, 15> head{0xa1, 0x08, 0xa1, 0x01, 0xa4, 0x01, 0x02, 0x02,
                                                        0x41, 0x00, 0x20, 0x01, 0x21, 0x58, 0x20};
    static constexpr std::size_t kid_at = 9;

    std::array<mincoap::byte, head.size() + 32> all;

    void write(mincoap::byte kid, const number_of_32_bytes& x) {
        mincoap::copy_bytes(head.data(), head.size(), all.data());
        mincoap::copy_bytes(x.data(), x.size(), all.data() + head.size());
        all[kid_at] = kid;
    }
    mincoap::security::edhoc::credential credential() const {
        return {.ccs = all, .kid = mincoap::bytes{all}.subspan(kid_at, 1), .public_key = all.data() + head.size()};
    }
};

inline constexpr mincoap::byte own_kid = 0x0a, peer_kid = 0x02;

// Random numbers for the key exchange: HMACs of a seed, which differs in each start. They are as
// unpredictable as the private key is, also on a board without a source of randomness.
template <typename Cipher>
struct random_numbers {
    [[nodiscard]] static bool fill(mincoap::mutable_bytes to) {
        for (; is_seeded && !to.empty(); to = to.subspan(to.size() < 32 ? to.size() : 32)) {
            const std::uint64_t number = std::uint64_t{board::random()} << 32 | drawn++;
            const number_of_32_bytes made = derive<Cipher>(seed, number, {});
            mincoap::copy_bytes(made.data(), to.size() < 32 ? to.size() : 32, to.data());
        }
        return is_seeded;
    }
    static void start(const number_of_32_bytes& secret, std::uint64_t number) {
        seed = derive<Cipher>(secret, number, "random");
        is_seeded = true;
    }

private:
    static inline constinit number_of_32_bytes seed{};
    static inline constinit std::uint32_t drawn = 0;
    static inline constinit bool is_seeded = false;
};

}  // namespace firmware
