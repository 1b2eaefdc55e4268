// The responder of EDHOC with static Diffie-Hellman keys on both sides (RFC 9528, method 3), as functions of the
// messages. They keep nothing, and know no server.
//
//     message_1      › make_message_2     message_2, and a session that is half open
//     CIPHERTEXT_3   › decrypt_3          plaintext_3
//     plaintext_3    › authenticate       PRK_4e3m, which has the secrets of an OSCORE context
//     PRK_4e3m       › oscore_secrets
#pragma once

#include <mincoap/security/edhoc/key_schedule.hpp>
#include <mincoap/security/edhoc/messages.hpp>
#include <mincoap/security/mac.hpp>
#include <mincoap/security/oscore/protect.hpp>

namespace mincoap::security::edhoc {

// A session between message_2 and message_3.
template <suite_pair S>
struct half_open {
    byte c_r;       // C_R in its encoding, one byte
    byte mac_size;  // its suite has MACs of so many bytes
    byte c_i_size;
    std::array<byte, max_c_i_size> c_i_bytes;
    prk prk_3e2m;
    transcript_hash th_3;
    typename S::curve::private_key y;

    constexpr bytes c_i() const { return bytes{c_i_bytes}.first(c_i_size); }
};

// Overwrites the secrets of a session (§9.8). Call it once for each session that `make_message_2` has made.
template <suite_pair S>
void forget(half_open<S>& session) {
    S::curve::forget(session.y);
    oscore::detail::wipe(session.prk_3e2m);
}

namespace detail {

// Writes PLAINTEXT_2 (§5.3.2): C_R, the kid and MAC_2. Returns it.
template <suite_pair S>
[[nodiscard, gnu::always_inline]] inline mutable_bytes write_plaintext_2(const half_open<S>& session,
                                                                         const credential& own,
                                                                         const transcript_hash& th_2, byte* to) {
    oscore::detail::small_cbor items{to};
    items.put(session.c_r);
    const bool is_integer = own.kid.size() == 1 && is_one_byte_integer(own.kid[0]);
    if (!is_integer) items.put(static_cast<unsigned>(0x40 + own.kid.size()));
    items.put(own.kid);
    const std::size_t mac_size = session.mac_size;
    items.put(static_cast<unsigned>(0x40 + mac_size));
    make_mac<typename S::cipher>(session.prk_3e2m, &session.c_r, own, th_2, {}, items.at, mac_size);
    return {to, items.at + mac_size};
}

// Encrypts PLAINTEXT_2 in place.
template <crypto C>
void encrypt_2(const prk& prk_2e, const transcript_hash& th_2, mutable_bytes plaintext) {
    secret<hash_size> keystream;
    kdf<C>(prk_2e, kdf_label::keystream_2, &th_2, keystream.data(), plaintext.size());
    for (std::size_t i = 0; i < plaintext.size(); ++i) plaintext[i] ^= keystream[i];
}

}  // namespace detail

// Makes message_2 (§5.3.2), with a new ephemeral key.
//   in      message_1, which is accepted
//   hash_1  H(message_1)
//   own     the credential of the server
//   c_r     C_R in its encoding: an integer from -24 to 23 that differs from C_I
//   to      becomes the session
//   out     becomes message_2
// Returns `accepted`, `malformed` if G_X is no public key, or `failed`. Unless it is `accepted`, there is
// no session, and its secrets are overwritten.
template <suite_pair S>
[[nodiscard]] result make_message_2(const message_1& in, const transcript_hash& hash_1, const own_credential<S>& own,
                                    byte c_r, half_open<S>& to, message_2& out) {
    using cipher = typename S::cipher;
    transcript_hash th_2;
    temporary_prk prk_2e;
    byte* const g_y = th_2.start();
    if (!S::curve::generate(to.y, g_y)) return result::failed;
    byte* const rest = out.put_key(g_y);
    next_hash<cipher>(th_2, hash_1.encoded(), {}, th_2);
    if (!extract<S>(th_2.value(), to.y, in.g_x.data(), prk_2e) ||
        !extract_with<S>(prk_2e, kdf_label::salt_3e2m, th_2, own.private_key, in.g_x.data(), to.prk_3e2m))
        return forget(to), result::malformed;
    to.c_r = c_r;
    to.mac_size = mac_size_of(in.suite);
    to.c_i_size = oscore::detail::copy_id(in.c_i, to.c_i_bytes.data());
    const mutable_bytes plaintext = detail::write_plaintext_2(to, own, th_2, rest);
    next_hash<cipher>(th_2, plaintext, own.ccs, to.th_3);
    detail::encrypt_2<cipher>(prk_2e, th_2, plaintext);
    out.set_size(plaintext.size());
    return result::accepted;
}

// Decrypts CIPHERTEXT_3 in place (§5.4.3). Returns false if its tag is wrong: an attacker may have sent it, so the
// session goes on. Otherwise the initiator has sent it, whose name is not known yet. PLAINTEXT_3 is then the
// message without its last `mac_size` bytes.
template <suite_pair S>
[[nodiscard]] bool decrypt_3(const half_open<S>& session, mutable_bytes ciphertext) {
    using cipher = typename S::cipher;
    secret<aead_key_size> k_3;
    std::array<byte, nonce_size> iv_3;
    kdf<cipher>(session.prk_3e2m, kdf_label::k_3, &session.th_3, k_3.data(), k_3.size());
    kdf<cipher>(session.prk_3e2m, kdf_label::iv_3, &session.th_3, iv_3.data(), iv_3.size());
    constexpr std::size_t front = oscore::additional_data::encrypt0_size;
    std::array<byte, front + encoded_hash_size> a_3;
    copy_bytes(oscore::additional_data::encrypt0().data(), front, a_3.data());
    copy_bytes(session.th_3.encoded().data(), encoded_hash_size, a_3.data() + front);
    return cipher::open(k_3.data(), iv_3.data(), a_3, ciphertext, session.mac_size);
}

// Checks MAC_3 with one of the credentials that the kid may mean. Returns true if the initiator has its
// private key: `prk_4e3m` is then made.
template <suite_pair S>
[[nodiscard]] bool authenticate(const half_open<S>& session, const plaintext_3& in, const credential& of,
                                prk& prk_4e3m) {
    if (!extract_with<S>(session.prk_3e2m, kdf_label::salt_4e3m, session.th_3, session.y, of.public_key, prk_4e3m))
        return false;
    std::array<byte, max_mac_size> mac_3;
    make_mac<typename S::cipher>(prk_4e3m, nullptr, of, session.th_3, in.ead, mac_3.data(), in.mac.size());
    return is_same_tag(mac_3.data(), in.mac.data(), in.mac.size());
}

// The secrets of an OSCORE context (§A.1).
struct oscore_secrets {
    secret<16> master_secret;
    secret<8> master_salt;

    // Exports them from an authenticated session. `from` is PRK_4e3m, and is changed.
    template <suite_pair S>
    void export_from(const half_open<S>& session, const plaintext_3& in, const credential& of, prk& from) {
        using cipher = typename S::cipher;
        transcript_hash th_4;
        next_hash<cipher>(session.th_3, in.all, of.ccs, th_4);
        kdf<cipher>(from, kdf_label::prk_out, &th_4, from.data(), from.size());
        kdf<cipher>(from, kdf_label::prk_exporter, nullptr, from.data(), from.size());
        kdf<cipher>(from, label_of_master_secret, nullptr, master_secret.data(), master_secret.size());
        kdf<cipher>(from, label_of_master_salt, nullptr, master_salt.data(), master_salt.size());
    }
};

}  // namespace mincoap::security::edhoc
