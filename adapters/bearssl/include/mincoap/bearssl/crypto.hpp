// AES-CCM, SHA-256 and HMAC of BearSSL, as security::crypto.
//
//     using cipher = mincoap::bearssl::crypto;         // for each processor
//     using cipher = mincoap::bearssl::small_crypto;   // 2 KB smaller, for a processor without a data cache
//
// BearSSL has no heap and no configuration, and its functions cannot fail. They leave keys on the
// stack.
#pragma once

#include <bearssl.h>

#include <mincoap/security/crypto.hpp>

namespace mincoap::bearssl {

// AES by Boolean operations on 32-bit words. It takes the same time for all keys and plaintexts.
struct aes_ct {
    using keys = br_aes_ct_ctrcbc_keys;
    static void init(keys& to, const byte* key, std::size_t size) { br_aes_ct_ctrcbc_init(&to, key, size); }
};

// AES by a table of 256 bytes, which it reads at places that depend on the key. On a processor with
// a data cache, an attacker who measures time can learn the key. Do not use it there.
struct aes_small {
    using keys = br_aes_small_ctrcbc_keys;
    static void init(keys& to, const byte* key, std::size_t size) { br_aes_small_ctrcbc_init(&to, key, size); }
};

// `Aes` is one of the two above, or a struct of yours for another AES of BearSSL. `keys` is a class
// for br_block_ctrcbc_class, whose first member is `vtable`.
template <typename Aes>
class basic_crypto {
public:
    static void seal(const byte* key16, const byte* nonce13, bytes aad, mutable_bytes data_and_tag, std::size_t tag) {
        ccm state{key16, nonce13, aad, data_and_tag, tag};
        const mutable_bytes plaintext = data_and_tag.first(data_and_tag.size() - tag);
        br_ccm_run(&state.context, 1, plaintext.data(), plaintext.size());
        br_ccm_get_tag(&state.context, plaintext.data() + plaintext.size());
    }

    [[nodiscard]] static bool open(const byte* key16, const byte* nonce13, bytes aad, mutable_bytes data_and_tag,
                                   std::size_t tag) {
        if (data_and_tag.size() < tag) return false;
        ccm state{key16, nonce13, aad, data_and_tag, tag};
        const mutable_bytes ciphertext = data_and_tag.first(data_and_tag.size() - tag);
        br_ccm_run(&state.context, 0, ciphertext.data(), ciphertext.size());
        return br_ccm_check_tag(&state.context, ciphertext.data() + ciphertext.size()) != 0;
    }

    static void hash(std::span<const bytes> pieces, byte* to32) {
        br_sha256_context context;
        br_sha256_init(&context);
        for (const bytes piece : pieces) br_sha256_update(&context, piece.data(), piece.size());
        br_sha256_out(&context, to32);
    }

    static void hmac(bytes key, std::span<const bytes> pieces, byte* to32) {
        br_hmac_key_context padded;
        br_hmac_context context;
        br_hmac_key_init(&padded, &br_sha256_vtable, key.data(), key.size());
        br_hmac_init(&context, &padded, 0);
        for (const bytes piece : pieces) br_hmac_update(&context, piece.data(), piece.size());
        br_hmac_out(&context, to32);
    }

private:
    // The context points to the keys.
    struct ccm {
        typename Aes::keys keys;
        br_ccm_context context;

        ccm(const byte* key16, const byte* nonce13, bytes aad, bytes data_and_tag, std::size_t tag) {
            Aes::init(keys, key16, security::aead_key_size);
            br_ccm_init(&context, &keys.vtable);
            br_ccm_reset(&context, nonce13, security::nonce_size, aad.size(), data_and_tag.size() - tag, tag);
            br_ccm_aad_inject(&context, aad.data(), aad.size());
            br_ccm_flip(&context);
        }
        ccm(const ccm&) = delete;
        ccm& operator=(const ccm&) = delete;
    };
};

using crypto = basic_crypto<aes_ct>;
using small_crypto = basic_crypto<aes_small>;

static_assert(security::crypto<crypto> && security::crypto<small_crypto>);

}  // namespace mincoap::bearssl
