// The functions that mincoap takes from a cipher library: AES-CCM, SHA-256 and HMAC, and for key exchanges ECDH and
// random numbers. mincoap has no ciphers of its own.
//
// Adapters exist for two libraries: mincoap::bearssl::crypto and mincoap::psa::crypto. A class for another library has
// four static functions, those of `crypto_archetype`. The suite mincoap/conformance/crypto_conformance.hpp tests it.
//
//     using cipher = bearssl::crypto;
//     cipher::seal(key, nonce, aad, message, security::tag_size);   // `message` ends with 8 bytes for the tag
//     if (!cipher::open(key, nonce, aad, message, security::tag_size)) return code::bad_request;
//
// Rules for all functions:
//   - They keep nothing between two calls, neither keys nor pointers.
//   - A function that has no `bool` to return cannot fail. An adapter for a library that can fail
//     says what it does instead. It never leaves plaintext in the output of `seal`, and it never
//     returns from `hash` or `hmac` without the right value.
//   - The time that they take may depend on sizes, but not on the values of keys, plaintexts, and
//     private keys. If a cipher reads tables at places that depend on the key, the adapter says so.
//     Such a cipher is safe only on a processor without a data cache.
#pragma once

#include <concepts>

#include <mincoap/message/bytes.hpp>

namespace mincoap::security {

// Sizes in bytes of AES-CCM-16-64-128 (RFC 9053 §4.2, COSE algorithm 10). AES-CCM-16-128-128 (30)
// has the same key and the same nonce, and a tag of `long_tag_size`.
inline constexpr std::size_t aead_key_size = 16;
inline constexpr std::size_t nonce_size = 13;
inline constexpr std::size_t tag_size = 8;
inline constexpr std::size_t long_tag_size = 16;

// The most bytes that `seal` and `open` take. A length is two bytes in CCM with this nonce, and
// additional data of 65,280 bytes or more has another encoding (RFC 3610 §2.2).
inline constexpr std::size_t max_plaintext_size = 65'535;
inline constexpr std::size_t max_aad_size = 65'279;

// The size of SHA-256 and of HMAC-SHA-256 in bytes.
inline constexpr std::size_t hash_size = 32;

// The functions of a class for a cipher library.
struct crypto_archetype {
    // Encrypts in place, and writes the tag (RFC 3610). `key16` has 16 bytes, `nonce13` has 13. A
    // pair of a key and a nonce seals one plaintext only: with a second one, an attacker can read both
    // and forge more. `aad` has 0 to 65,279 bytes, which are authenticated and not encrypted.
    // `data_and_tag` begins with 0 to 65,535 bytes of plaintext. Its last `tag` bytes, 8 or 16, are
    // unspecified before. The inputs do not overlap `data_and_tag`.
    //
    // An adapter whose library has failed fills `data_and_tag` with zeros. The peer drops such a
    // message.
    static void seal(const byte* key16, const byte* nonce13, bytes aad, mutable_bytes data_and_tag, std::size_t tag);

    // Checks the tag and decrypts in place. Takes the same arguments as `seal`. Returns true if the
    // tag is right: the plaintext is then all of `data_and_tag` but its last `tag` bytes. The tag's
    // own bytes are unspecified afterwards.
    //
    // Returns false if the tag is wrong, if `data_and_tag` is shorter than the tag, or if the
    // library has failed. `data_and_tag` is then unspecified and may contain a forger's plaintext,
    // so the caller does not read it. No byte outside of it has changed. The tags are compared in
    // constant time.
    [[nodiscard]] static bool open(const byte* key16, const byte* nonce13, bytes aad, mutable_bytes data_and_tag,
                                   std::size_t tag);

    // Writes the SHA-256 (FIPS 180-4) of the concatenated pieces to the 32 bytes at `to32`. Each of
    // the 0 or more pieces may be empty. `to32` may overlap a piece, because it is written last.
    static void hash(std::span<const bytes> pieces, byte* to32);

    // Writes the HMAC-SHA-256 (RFC 2104) of the concatenated pieces to the 32 bytes at `to32`. `key`
    // has 0 or more bytes. One of more than 64 is hashed first, as RFC 2104 says. `to32` may overlap
    // a piece or the key.
    static void hmac(bytes key, std::span<const bytes> pieces, byte* to32);
};

namespace detail {

template <typename C>
concept sealing = requires(const byte* in, bytes aad, mutable_bytes data, std::size_t tag) {
    { C::seal(in, in, aad, data, tag) } -> std::same_as<void>;
};
template <typename C>
concept opening = requires(const byte* in, bytes aad, mutable_bytes data, std::size_t tag) {
    { C::open(in, in, aad, data, tag) } -> std::same_as<bool>;
};
template <typename C>
concept hashing = requires(std::span<const bytes> pieces, byte* to) {
    { C::hash(pieces, to) } -> std::same_as<void>;
};
template <typename C>
concept authenticating = requires(bytes key, std::span<const bytes> pieces, byte* to) {
    { C::hmac(key, pieces, to) } -> std::same_as<void>;
};

}  // namespace detail

// A class with the functions of `crypto_archetype`.
template <typename C>
concept crypto = detail::sealing<C> && detail::opening<C> && detail::hashing<C> && detail::authenticating<C>;
static_assert(crypto<crypto_archetype>);

// For templates that take such a class: static_assert(check_crypto<C>()). A class that is not one
// gets a sentence for each mistake.
template <typename C>
consteval bool check_crypto() {
    static_assert(detail::sealing<C>,
                  "mincoap: this class is no cipher library: it needs static void seal(const byte* key16, const byte* "
                  "nonce13, bytes aad, mutable_bytes data_and_tag, std::size_t tag)");
    static_assert(detail::opening<C>,
                  "mincoap: this class is no cipher library: it needs static bool open(const byte* key16, const byte* "
                  "nonce13, bytes aad, mutable_bytes data_and_tag, std::size_t tag)");
    static_assert(detail::hashing<C>,
                  "mincoap: this class is no cipher library: it needs static void hash(std::span<const bytes> pieces, "
                  "byte* to32)");
    static_assert(detail::authenticating<C>,
                  "mincoap: this class is no cipher library: it needs static void hmac(bytes key, std::span<const "
                  "bytes> pieces, byte* to32)");
    return true;
}

// ---- For key exchanges. A class for a cipher library need not have these.

// A source of random numbers.
struct random_archetype {
    // Fills `to` with bytes that an attacker cannot predict. Returns false if there is not enough
    // entropy: `to` is then unspecified and must not be used.
    [[nodiscard]] static bool fill(mutable_bytes to);
};

template <typename R>
concept random_source = requires(mutable_bytes to) {
    { R::fill(to) } -> std::same_as<bool>;
};
static_assert(random_source<random_archetype>);

// ECDH on one curve: P-256 (SEC 1) or X25519 (RFC 7748). A public key is the 32 bytes of its
// x-coordinate. They are big-endian on P-256, and as RFC 7748 encodes them on X25519.
struct key_agreement_archetype {
    // The class chooses its content. It may be the number of a key that a library keeps.
    struct private_key {};

    // Makes a new pair of keys, and writes the public key to the 32 bytes at `x32`. Returns false if
    // there is no entropy or no room for a key. `forget` then need not be called.
    [[nodiscard]] static bool generate(private_key& key, byte* x32);

    // Writes the shared secret to the 32 bytes at `to32`. Returns false if `x32` is not the public
    // key of a point on the curve, or if the secret would be all zeros (RFC 7748 §6.1). `to32` is
    // then unspecified. It may overlap `x32`. Takes the same time for all private keys.
    [[nodiscard]] static bool agree(const private_key& key, const byte* x32, byte* to32);

    // Overwrites the key, so that it cannot be read from memory later. Each key that `generate`
    // made is forgotten once.
    static void forget(private_key& key);
};

template <typename A>
concept key_agreement =
    requires(typename A::private_key& key, const typename A::private_key& mine, const byte* x, byte* to) {
        { A::generate(key, to) } -> std::same_as<bool>;
        { A::agree(mine, x, to) } -> std::same_as<bool>;
        { A::forget(key) } -> std::same_as<void>;
    };
static_assert(key_agreement<key_agreement_archetype>);

}  // namespace mincoap::security
