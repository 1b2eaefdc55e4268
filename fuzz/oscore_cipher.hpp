// Ciphers for the fuzzers of OSCORE.
#pragma once

#include <array>
#include <set>
#include <vector>

#include <mincoap/security/crypto.hpp>

#include "require.hpp"

namespace mincoap::fuzz {

// Leaves the plaintext as it is, so that the fuzzer sees and changes it. The tag is a hash of all inputs. It protects
// nothing, but its key depends on the whole input of the fuzzer, so that no tag of an earlier run is right.
struct identity_cipher {
    static void seal(const byte* key16, const byte* nonce13, bytes aad, mutable_bytes data_and_tag, std::size_t tag) {
        const std::size_t size = data_and_tag.size() - tag;
        const auto made = tag_of(key16, nonce13, aad, data_and_tag.first(size));
        for (std::size_t i = 0; i < tag; ++i) data_and_tag[size + i] = made[i % made.size()];
    }
    [[nodiscard]] static bool open(const byte* key16, const byte* nonce13, bytes aad, mutable_bytes data_and_tag,
                                   std::size_t tag) {
        if (data_and_tag.size() < tag) return false;
        const std::size_t size = data_and_tag.size() - tag;
        const auto made = tag_of(key16, nonce13, aad, data_and_tag.first(size));
        bool is_right = true;
        for (std::size_t i = 0; i < tag; ++i) is_right = is_right && data_and_tag[size + i] == made[i % made.size()];
        return is_right;
    }
    static void hash(std::span<const bytes> pieces, byte* to32) { hmac({}, pieces, to32); }
    static void hmac(bytes key, std::span<const bytes> pieces, byte* to32) {
        std::uint64_t sum = sum_of_input(basis, key);
        for (const bytes piece : pieces) sum = sum_of(sum, piece);
        for (std::size_t i = 0; i < security::hash_size; ++i) to32[i] = static_cast<byte>((sum = mix(sum)) >> 56);
    }

private:
    static constexpr std::uint64_t basis = 0xcbf2'9ce4'8422'2325;

    static std::uint64_t mix(std::uint64_t sum) { return (sum ^ sum >> 32) * 0x9e37'79b9'7f4a'7c15; }
    static std::uint64_t sum_of(std::uint64_t sum, bytes all) {
        for (const byte b : all) sum = mix(sum ^ b);
        return sum;
    }
    // With the size, so that two inputs do not say the same as one.
    static std::uint64_t sum_of_input(std::uint64_t sum, bytes all) { return sum_of(mix(sum + all.size() + 1), all); }
    static std::array<byte, 8> tag_of(const byte* key16, const byte* nonce13, bytes aad, bytes text) {
        std::uint64_t sum = sum_of_input(basis, {key16, security::aead_key_size});
        sum = sum_of_input(sum, {nonce13, security::nonce_size});
        sum = sum_of_input(sum_of_input(sum, aad), text);
        std::array<byte, 8> made;
        for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<byte>(sum >> (8 * i));
        return made;
    }
};
static_assert(security::crypto<identity_cipher>);

// The calls of the server's cipher.
struct cipher_calls {
    unsigned opened = 0;                                                              // in this poll
    unsigned right = 0;                                                               // the tag was right
    unsigned sealed = 0;                                                              // in this poll
    std::set<std::array<byte, security::aead_key_size + security::nonce_size>> used;  // in the whole run

    void begin() { opened = right = sealed = 0; }
};
inline cipher_calls calls;

// The server's cipher. A key and a nonce never seal twice, whatever happens, also over restarts.
template <security::crypto Cipher>
struct watched : Cipher {
    static void seal(const byte* key16, const byte* nonce13, bytes aad, mutable_bytes data_and_tag, std::size_t tag) {
        std::array<byte, security::aead_key_size + security::nonce_size> pair;
        copy_bytes(key16, security::aead_key_size, pair.data());
        copy_bytes(nonce13, security::nonce_size, pair.data() + security::aead_key_size);
        require(calls.used.insert(pair).second);
        ++calls.sealed;
        Cipher::seal(key16, nonce13, aad, data_and_tag, tag);
    }
    [[nodiscard]] static bool open(const byte* key16, const byte* nonce13, bytes aad, mutable_bytes data_and_tag,
                                   std::size_t tag) {
        const bool is_right = Cipher::open(key16, nonce13, aad, data_and_tag, tag);
        ++calls.opened;
        if (is_right) ++calls.right;
        return is_right;
    }
};

}  // namespace mincoap::fuzz
