// AES-CCM, SHA-256 and HMAC of the PSA Cryptography API, as security::crypto. mbedTLS has this API from 2.28 on, and so
// have libraries for the secure side of a processor.
//
//     using cipher = mincoap::psa::crypto;
//
// The library needs PSA_ALG_CCM, PSA_KEY_TYPE_AES and PSA_ALG_SHA_256. The class calls psa_crypto_init,
// which may be called more than once. It imports a key for one call, which takes a key slot and, in
// mbedTLS, memory from the heap. The library decides how AES works: without instructions of the
// processor, mbedTLS reads tables at places that depend on the key.
//
// If the library fails, for lack of a slot, memory or entropy, `seal` fills its output with zeros
// and `open` returns false. A `hash` or an `hmac` that fails ends the program, because a wrong key
// would be worse. mbedTLS needs neither slot nor heap for these.
#pragma once

#include <psa/crypto.h>

#include <mincoap/security/crypto.hpp>

namespace mincoap::psa {

class crypto {
public:
    static void seal(const byte* key16, const byte* nonce13, bytes aad, mutable_bytes data_and_tag, std::size_t tag) {
        const aead_key key{key16, tag, PSA_KEY_USAGE_ENCRYPT};
        std::size_t size = 0;
        const psa_status_t status = psa_aead_encrypt(key.id, ccm(tag), nonce13, security::nonce_size, aad.data(),
                                                     aad.size(), data_and_tag.data(), data_and_tag.size() - tag,
                                                     data_and_tag.data(), data_and_tag.size(), &size);
        if (status != PSA_SUCCESS || size != data_and_tag.size())
            for (byte& b : data_and_tag) b = 0;
    }

    [[nodiscard]] static bool open(const byte* key16, const byte* nonce13, bytes aad, mutable_bytes data_and_tag,
                                   std::size_t tag) {
        if (data_and_tag.size() < tag) return false;
        const aead_key key{key16, tag, PSA_KEY_USAGE_DECRYPT};
        std::size_t size = 0;
        return psa_aead_decrypt(key.id, ccm(tag), nonce13, security::nonce_size, aad.data(), aad.size(),
                                data_and_tag.data(), data_and_tag.size(), data_and_tag.data(),
                                data_and_tag.size() - tag, &size) == PSA_SUCCESS;
    }

    static void hash(std::span<const bytes> pieces, byte* to32) {
        sha256 digest;
        digest.add(pieces);
        digest.finish(to32);
    }

    // RFC 2104 over the library's SHA-256. Its own HMAC would take a key slot, and could fail.
    static void hmac(bytes key, std::span<const bytes> pieces, byte* to32) {
        byte pad[block_size]{};
        if (key.size() > block_size) hash({&key, 1}, pad);
        else copy_bytes(key.data(), key.size(), pad);
        sha256 inner;
        add_pad(inner, pad, 0x36);
        inner.add(pieces);
        inner.finish(to32);
        sha256 outer;
        add_pad(outer, pad, 0x36 ^ 0x5c);
        outer.add({to32, security::hash_size});
        outer.finish(to32);
    }

private:
    static constexpr std::size_t block_size = 64;

    static constexpr psa_algorithm_t ccm(std::size_t tag) { return PSA_ALG_AEAD_WITH_SHORTENED_TAG(PSA_ALG_CCM, tag); }

    // A key of AES in the library. 0 if the import failed: no key has this number.
    struct aead_key {
        psa_key_id_t id = 0;

        aead_key(const byte* key16, std::size_t tag, psa_key_usage_t usage) {
            psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
            psa_set_key_type(&attributes, PSA_KEY_TYPE_AES);
            psa_set_key_algorithm(&attributes, ccm(tag));
            psa_set_key_usage_flags(&attributes, usage);
            if (psa_crypto_init() != PSA_SUCCESS ||
                psa_import_key(&attributes, key16, security::aead_key_size, &id) != PSA_SUCCESS)
                id = 0;
        }
        ~aead_key() { psa_destroy_key(id); }
        aead_key(const aead_key&) = delete;
        aead_key& operator=(const aead_key&) = delete;
    };

    struct sha256 {
        psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;

        sha256() { require(psa_hash_setup(&operation, PSA_ALG_SHA_256)); }
        void add(bytes piece) { require(psa_hash_update(&operation, piece.data(), piece.size())); }
        void add(std::span<const bytes> pieces) {
            for (const bytes piece : pieces) add(piece);
        }
        void finish(byte* to32) {
            std::size_t size = 0;
            require(psa_hash_finish(&operation, to32, security::hash_size, &size));
        }
    };

    static void add_pad(sha256& to, mutable_bytes pad, byte mask) {
        for (byte& b : pad) b ^= mask;
        to.add(pad);
    }
    static void require(psa_status_t status) {
        if (status != PSA_SUCCESS) __builtin_trap();
    }
};

static_assert(security::crypto<crypto>);

}  // namespace mincoap::psa
