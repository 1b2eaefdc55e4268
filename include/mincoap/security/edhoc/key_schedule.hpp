// The key schedule of EDHOC (RFC 9528 §4): how keys and MACs follow from shared secrets, and transcript
// hashes from the messages.
#pragma once

#include <array>

#include <mincoap/security/edhoc/credential.hpp>
#include <mincoap/security/oscore/context.hpp>

namespace mincoap::security::edhoc {

// A transcript hash, or a pseudo-random key.
using digest = std::array<byte, hash_size>;

// The first argument of EDHOC_KDF (§4.1.2, §4.2.1).
enum class kdf_label : byte {
    keystream_2 = 0,
    salt_3e2m = 1,
    mac_2 = 2,
    k_3 = 3,
    iv_3 = 4,
    salt_4e3m = 5,
    mac_3 = 6,
    prk_out = 7,
    prk_exporter = 10,
};

// The arguments of EDHOC_Exporter for OSCORE (§A.1).
inline constexpr auto oscore_master_secret = static_cast<kdf_label>(0);
inline constexpr auto oscore_master_salt = static_cast<kdf_label>(1);

// The context of EDHOC_KDF: the concatenation of its members.
struct kdf_context {
    bytes ids{};         // the identifiers in front of a MAC's transcript hash, and that hash's head
    bytes th{};          // a transcript hash
    bytes credential{};  // CRED_x
    bytes ead{};

    constexpr std::size_t size() const { return ids.size() + th.size() + credential.size() + ead.size(); }
};

using oscore::detail::small_cbor;
using oscore::detail::wipe;

namespace detail {

// The head of a byte string of up to 65,535 bytes, for `small_cbor`.
inline void put_string_head(small_cbor& to, std::size_t size) {
    const auto low = static_cast<unsigned>(size);
    if (size < 24) return to.put(0x40U | low);
    to.put(size < 0x100 ? 0x58 : 0x59);
    if (size >= 0x100) to.put(low >> 8);
    to.put(low);
}

// The head of a byte string of 32 bytes.
inline constexpr std::array<byte, 2> head_of_32{0x58, hash_size};

}  // namespace detail

// EDHOC_KDF for up to 32 bytes, all that method 3 needs: one block of HKDF-Expand (RFC 5869 §2.3).
template <crypto C>
[[gnu::noinline]] void kdf(const digest& prk, kdf_label label, const kdf_context& context, mutable_bytes to) {
    MINCOAP_ASSERT(to.size() <= hash_size);
    std::array<byte, 4> front;
    small_cbor in_front{front.data()};
    in_front.put(static_cast<unsigned>(label));
    detail::put_string_head(in_front, context.size());
    std::array<byte, 3> back;
    small_cbor behind{back.data()};
    if (to.size() >= 24) behind.put(0x18);
    behind.put(static_cast<unsigned>(to.size()));
    behind.put(1);  // the number of the block
    const std::array<bytes, 6> info{
        bytes{front.data(), in_front.at}, context.ids, context.th, context.credential, context.ead,
        bytes{back.data(), behind.at}};
    digest made;
    C::hmac(prk, info, made.data());
    copy_bytes(made.data(), to.size(), to.data());
    wipe(made);
}

// Makes the next transcript hash: the hash of this one, as a byte string, and of two pieces (§5.3.2,
// §5.4.2).
template <crypto C>
[[gnu::noinline]] void next_th(const digest& th, bytes first, bytes second, digest& to) {
    const std::array<bytes, 4> pieces{detail::head_of_32, th, first, second};
    C::hash(pieces, to.data());
}

// Makes a pseudo-random key of a salt and of the shared secret with that public key (§4.1.1). Returns
// false if the public key is of no point on the curve. `to` may be the salt.
template <suite_pair S>
[[nodiscard, gnu::noinline]] bool extract(const digest& salt, const typename S::curve::private_key& key,
                                          const byte* public_key, digest& to) {
    digest shared;
    const bool is_agreed = S::curve::agree(key, public_key, shared.data());
    const bytes secret = shared;
    if (is_agreed) S::cipher::hmac(salt, {&secret, 1}, to.data());
    wipe(shared);
    return is_agreed;
}

// The same with a salt from another pseudo-random key, for PRK_3e2m and PRK_4e3m (§4.1.1.2, §4.1.1.3).
template <suite_pair S>
[[nodiscard]] bool extract_with(const digest& prk, kdf_label salt_label, const digest& th,
                                const typename S::curve::private_key& key, const byte* public_key, digest& to) {
    digest salt;
    kdf<typename S::cipher>(prk, salt_label, {.th = th}, salt);
    const bool is_agreed = extract<S>(salt, key, public_key, to);
    wipe(salt);
    return is_agreed;
}

// Writes MAC_2 or MAC_3 (§5.3.2, §5.4.2).
//   c_r  C_R in its encoding, for MAC_2; empty for MAC_3
//   of   the credential that the MAC is for
//   ead  the EAD of the message, encoded
template <crypto C>
void make_mac(const digest& prk, kdf_label label, bytes c_r, const credential& of, const digest& th, bytes ead,
              mutable_bytes to) {
    std::array<byte, 1 + 3 + max_kid_size + 2> ids;
    small_cbor id_cred{ids.data()};  // with ID_CRED: {4: kid}
    id_cred.put(c_r);
    id_cred.put(0xa1);
    id_cred.put(4);
    id_cred.string(of.kid);
    id_cred.put(bytes{detail::head_of_32});
    kdf<C>(prk, label, {.ids = {ids.data(), id_cred.at}, .th = th, .credential = of.ccs, .ead = ead}, to);
}

}  // namespace mincoap::security::edhoc
