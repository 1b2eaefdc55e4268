// The responder of EDHOC with static Diffie-Hellman keys on both sides (RFC 9528, method 3), as functions
// of the messages. They keep nothing and know no server.
//
//     read_message_1 › make_message_2             message_1    → message_2, and a `half_open` session
//     open_message_3 › authenticate › export_to   CIPHERTEXT_3 → the secrets of an OSCORE context
#pragma once

#include <mincoap/security/edhoc/key_schedule.hpp>
#include <mincoap/security/edhoc/messages.hpp>

namespace mincoap::security::edhoc {

// A session between message_2 and message_3. The caller calls `forget` once for each session that
// `make_message_2` has made.
template <suite_pair S>
struct half_open {
    byte c_r;  // C_R in its encoding, one byte
    byte suite;
    byte c_i_size;
    std::array<byte, max_c_i_size> c_i_bytes;
    digest prk;  // PRK_3e2m
    digest th;   // TH_3
    typename S::curve::private_key y;

    constexpr bytes c_i() const { return bytes{c_i_bytes}.first(c_i_size); }
};

// Overwrites the secrets of the session (§9.8).
template <suite_pair S>
void forget(half_open<S>& session) {
    S::curve::forget(session.y);
    wipe(session.prk);
}

namespace detail {

// Writes PLAINTEXT_2 (§5.3.2) behind the ephemeral key: C_R, the kid and MAC_2. Returns it.
template <suite_pair S>
[[nodiscard]] mutable_bytes write_plaintext_2(const half_open<S>& session, const own_credential<S>& own,
                                              const digest& th, byte* to) {
    small_cbor items{to};
    items.put(session.c_r);
    if (own.kid.size() == 1 && is_one_byte_integer(own.kid[0])) items.put(own.kid);
    else items.string(own.kid);
    const std::size_t mac_size = mac_size_of(session.suite);
    items.put(static_cast<unsigned>(0x40 + mac_size));
    make_mac<typename S::cipher>(session.prk, kdf_label::mac_2, {&session.c_r, 1}, own, th, {}, {items.at, mac_size});
    return {to, items.at + mac_size};
}

// Encrypts PLAINTEXT_2 in place.
template <crypto C>
void encrypt_2(const digest& prk_2e, const digest& th, mutable_bytes plaintext) {
    digest keystream;
    kdf<C>(prk_2e, kdf_label::keystream_2, {.th = th}, mutable_bytes{keystream}.first(plaintext.size()));
    for (std::size_t i = 0; i < plaintext.size(); ++i) plaintext[i] ^= keystream[i];
    wipe(keystream);
}

}  // namespace detail

// Makes message_2 (§5.3.2), with a new ephemeral key.
//   in      message_1, which `read_message_1` has accepted
//   hash_1  H(message_1)
//   own     the credential of the server
//   c_r     C_R in its encoding: an integer from -24 to 23 that differs from C_I
//   to      becomes the session
//   out     becomes message_2
// Returns `accepted`, `malformed` if G_X is no public key, or `failed`. Unless it is `accepted`, there is
// no session, and its secrets are overwritten.
template <suite_pair S>
[[nodiscard]] result make_message_2(const message_1& in, const digest& hash_1, const own_credential<S>& own, byte c_r,
                                    half_open<S>& to, message_2& out) {
    using cipher = typename S::cipher;
    digest th;  // G_Y, then TH_2
    digest prk_2e;
    if (!S::curve::generate(to.y, th.data())) return result::failed;
    byte* const g_y = out.all.data() + detail::head_of_32.size();
    copy_bytes(th.data(), th.size(), g_y);
    next_th<cipher>(th, detail::head_of_32, hash_1, th);
    if (!extract<S>(th, to.y, in.g_x.data(), prk_2e) ||
        !extract_with<S>(prk_2e, kdf_label::salt_3e2m, th, own.private_key, in.g_x.data(), to.prk))
        return wipe(prk_2e), forget(to), result::malformed;
    to.c_r = c_r;
    to.suite = in.suite;
    to.c_i_size = oscore::detail::copy_id(in.c_i, to.c_i_bytes.data());
    const mutable_bytes plaintext = detail::write_plaintext_2(to, own, th, g_y + public_key_size);
    next_th<cipher>(th, plaintext, own.ccs, to.th);
    detail::encrypt_2<cipher>(prk_2e, th, plaintext);
    wipe(prk_2e);
    out.set_size(public_key_size + plaintext.size());
    return result::accepted;
}

// Decrypts CIPHERTEXT_3 in place (§5.4.3). Returns `accepted`, `forged` if its tag is wrong: the session
// then goes on, because anybody may have sent the message; or `malformed`.
template <suite_pair S>
[[nodiscard]] result open_message_3(const half_open<S>& session, mutable_bytes ciphertext, plaintext_3& to) {
    using cipher = typename S::cipher;
    std::array<byte, aead_key_size> key;
    std::array<byte, nonce_size> nonce;
    kdf<cipher>(session.prk, kdf_label::k_3, {.th = session.th}, key);
    kdf<cipher>(session.prk, kdf_label::iv_3, {.th = session.th}, nonce);
    std::array<byte, 13 + hash_size> aad{0x83, 0x68, 'E', 'n', 'c', 'r', 'y', 'p', 't', '0', 0x40, 0x58, hash_size};
    copy_bytes(session.th.data(), hash_size, aad.data() + 13);
    const std::size_t mac_size = mac_size_of(session.suite);
    const bool is_authentic = cipher::open(key.data(), nonce.data(), aad, ciphertext, mac_size);
    wipe(key);
    if (!is_authentic) return result::forged;
    return read_plaintext_3(ciphertext.first(ciphertext.size() - mac_size), mac_size, to) ? result::accepted
                                                                                          : result::malformed;
}

// Checks MAC_3 with one of the credentials that the kid may mean. Returns true if the initiator has the
// private key of it: `prk` is then PRK_4e3m.
template <suite_pair S>
[[nodiscard]] bool authenticate(const half_open<S>& session, const plaintext_3& in, const credential& of, digest& prk) {
    if (!extract_with<S>(session.prk, kdf_label::salt_4e3m, session.th, session.y, of.public_key, prk)) return false;
    std::array<byte, max_mac_size> expected;
    make_mac<typename S::cipher>(prk, kdf_label::mac_3, {}, of, session.th, in.ead,
                                 mutable_bytes{expected}.first(in.mac.size()));
    unsigned difference = 0;
    for (std::size_t i = 0; i < in.mac.size(); ++i) difference |= static_cast<unsigned>(expected[i] ^ in.mac[i]);
    return difference == 0;
}

// The secrets of an OSCORE context (§A.1).
struct oscore_secrets {
    std::array<byte, 16> master_secret;
    std::array<byte, 8> master_salt;
};

// Exports the secrets of an authenticated session. `prk` is PRK_4e3m, and is overwritten.
template <suite_pair S>
void export_to(oscore_secrets& to, const half_open<S>& session, const plaintext_3& in, const credential& of,
               digest& prk) {
    using cipher = typename S::cipher;
    digest th_4;
    next_th<cipher>(session.th, in.all, of.ccs, th_4);
    kdf<cipher>(prk, kdf_label::prk_out, {.th = th_4}, prk);
    kdf<cipher>(prk, kdf_label::prk_exporter, {}, prk);
    kdf<cipher>(prk, oscore_master_secret, {}, to.master_secret);
    kdf<cipher>(prk, oscore_master_salt, {}, to.master_salt);
    wipe(prk);
}

}  // namespace mincoap::security::edhoc
