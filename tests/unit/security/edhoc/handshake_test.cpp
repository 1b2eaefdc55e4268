// The responder's functions, byte by byte against chapter 3 of RFC 9529, and with an initiator of the tests.
#include <mincoap/security/edhoc/handshake.hpp>

#include <vector>

#include <gtest/gtest.h>

#include "../../../support/edhoc_initiator.hpp"
#include "vectors.hpp"

namespace mincoap::security::edhoc {
namespace {

using mincoap::test::edhoc_initiator;
using mincoap::test::filler;
using mincoap::test::party;
using mincoap::test::reference_crypto;
using mincoap::test::toy_curve;
using test::packet;

transcript_hash hash_of(const packet& message) {
    transcript_hash h;
    copy_bytes(edhoc_initiator::hash(message).view().data(), hash_size, h.start());
    return h;
}

// ---- RFC 9529, chapter 3

namespace method_3 = test::method_3;

// Remembers its outputs, and the inputs of the AEAD.
struct traced_crypto : reference_crypto {
    static inline std::vector<packet> hashes, hmacs;
    static inline packet key, nonce, aad;

    static void hash(std::span<const bytes> pieces, byte* to32) {
        reference_crypto::hash(pieces, to32);
        hashes.emplace_back(bytes{to32, 32});
    }
    static void hmac(bytes with, std::span<const bytes> pieces, byte* to32) {
        reference_crypto::hmac(with, pieces, to32);
        hmacs.emplace_back(bytes{to32, 32});
    }
    static bool open(const byte* key16, const byte* nonce13, bytes about, mutable_bytes data, std::size_t tag) {
        key = packet{bytes{key16, 16}};
        nonce = packet{bytes{nonce13, 13}};
        aad = packet{about};
        return reference_crypto::open(key16, nonce13, about, data, tag);
    }
    static void clear() { hashes.clear(), hmacs.clear(); }
};

// The keys of the RFC, and the secrets that they share.
struct rfc_curve {
    using private_key = packet;

    static bool generate(private_key& key, byte* x32) {
        key = method_3::y;
        copy_bytes(method_3::g_y.view().data(), 32, x32);
        return true;
    }
    static bool agree(const private_key& key, const byte* x32, byte* to32) {
        const packet x{bytes{x32, 32}};
        const bool is_ephemeral = key == method_3::y;
        packet secret;
        if (x == method_3::g_x) secret = is_ephemeral ? method_3::g_xy : method_3::g_rx;
        if (x == method_3::pk_i && is_ephemeral) secret = method_3::g_iy;
        if (secret.size() == 0 || (!is_ephemeral && key != method_3::sk_r)) return false;
        copy_bytes(secret.view().data(), 32, to32);
        return true;
    }
    static void forget(private_key& key) { key = {}; }
};
using rfc_suites = p256_suites<traced_crypto, rfc_curve>;

class edhoc_handshake_rfc_9529 : public ::testing::Test {
protected:
    edhoc_handshake_rfc_9529() {
        traced_crypto::clear();
        const message_1 in{method_3::message_1, 2};
        EXPECT_EQ(in.status, result::accepted);
        made = make_message_2(in, hash_of(method_3::message_1), own, method_3::c_r[0], session, out);
    }
    // Whether one output after the other begins with these bytes.
    static void expect_hmacs(const std::vector<packet>& expected) {
        ASSERT_EQ(traced_crypto::hmacs.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            EXPECT_EQ(packet{traced_crypto::hmacs[i].view().first(expected[i].size())}, expected[i]) << i;
    }

    own_credential<rfc_suites> own{*read_ccs<rfc_suites>(method_3::cred_r), method_3::sk_r};
    credential client = *read_ccs<rfc_suites>(method_3::cred_i);
    half_open<rfc_suites> session{};
    message_2 out{};
    result made;
};

TEST_F(edhoc_handshake_rfc_9529, makes_message_2) {
    ASSERT_EQ(made, result::accepted);
    EXPECT_EQ(packet{out.value()}, method_3::message_2);
    EXPECT_EQ(packet{out.value().subspan(2 + 32)}, method_3::ciphertext_2);
    EXPECT_EQ(traced_crypto::hashes, (std::vector{method_3::th_2, method_3::th_3}));
    expect_hmacs({method_3::prk_2e, method_3::salt_3e2m, method_3::prk_3e2m, method_3::mac_2, method_3::keystream_2});
    EXPECT_EQ(packet{bytes{session.prk_3e2m}}, method_3::prk_3e2m);
    EXPECT_EQ((packet{bytes{session.th_3.value(), hash_size}}), method_3::th_3);
    EXPECT_EQ(packet{session.c_i()}, method_3::c_i);
    EXPECT_EQ(session.c_r, method_3::c_r[0]);
    EXPECT_EQ(session.mac_size, 8);
}

TEST_F(edhoc_handshake_rfc_9529, takes_message_3) {
    traced_crypto::clear();
    packet ciphertext = method_3::ciphertext_3;
    ASSERT_TRUE(decrypt_3(session, {ciphertext.data(), ciphertext.size()}));
    const plaintext_3 in{ciphertext.view().first(ciphertext.size() - 8), 8};
    ASSERT_TRUE(in.is_valid);
    EXPECT_EQ(traced_crypto::key, method_3::k_3);
    EXPECT_EQ(traced_crypto::nonce, method_3::iv_3);
    EXPECT_EQ(traced_crypto::aad, method_3::a_3);
    EXPECT_EQ(packet{in.all}, method_3::plaintext_3);
    EXPECT_EQ(packet{in.kid}, "2b");

    prk made_prk{};
    ASSERT_TRUE(authenticate(session, in, client, made_prk));
    EXPECT_EQ(packet{bytes{made_prk}}, method_3::prk_4e3m);
    oscore_secrets secrets;
    secrets.export_from(session, in, client, made_prk);
    EXPECT_EQ(packet{bytes{secrets.master_secret}}, method_3::oscore_master_secret);
    EXPECT_EQ(packet{bytes{secrets.master_salt}}, method_3::oscore_master_salt);
    EXPECT_EQ(traced_crypto::hashes, (std::vector{method_3::th_4}));
    expect_hmacs({method_3::k_3, method_3::iv_3, method_3::salt_4e3m, method_3::prk_4e3m, method_3::mac_3,
                  method_3::prk_out, method_3::prk_exporter, method_3::oscore_master_secret,
                  method_3::oscore_master_salt});
    forget(session);
    EXPECT_EQ(session.prk_3e2m, prk{});
    EXPECT_EQ(session.y, packet{});
}

// The tests' initiator makes the RFC's messages, so it may judge others.
TEST_F(edhoc_handshake_rfc_9529, has_the_messages_of_the_tests_initiator) {
    edhoc_initiator i;
    i.agree = [](const packet& scalar, const packet& x) {
        if (x == method_3::g_y) return scalar == method_3::x ? method_3::g_xy : method_3::g_iy;
        EXPECT_EQ(x, method_3::pk_r);
        return method_3::g_rx;
    };
    i.scalar = method_3::x, i.g_x = method_3::g_x, i.static_scalar = method_3::sk_i;
    i.kid = "2b", i.ccs = method_3::cred_i;
    i.server_x = method_3::pk_r, i.server_kid = "32", i.server_ccs = method_3::cred_r;
    i.c_i = method_3::c_i, i.suites_i = "82 06 02";
    EXPECT_EQ(i.message_1(), method_3::message_1);
    ASSERT_TRUE(i.read(method_3::message_2));
    EXPECT_EQ(i.c_r, method_3::c_r);
    EXPECT_EQ(i.message_3(), method_3::message_3);
    EXPECT_EQ(i.master_secret, method_3::oscore_master_secret);
    EXPECT_EQ(i.master_salt, method_3::oscore_master_salt);
}

// ---- Each pair of suites, identifiers of each size

using on_p256 = p256_suites<reference_crypto, toy_curve>;
using on_x25519 = x25519_suites<reference_crypto, toy_curve>;

const party server = party::make(11, "07");
const party alice = party::make(12, "2b", "alice");

template <typename S>
credential credential_of(const party& p) {
    return {.ccs = p.ccs, .kid = p.kid, .public_key = p.x.view().data()};
}

// A handshake up to message_3, which is not opened.
template <typename S = on_p256>
struct handshake {
    explicit handshake(const party& device = server, const edhoc_initiator& given = {alice, server, 77})
        : i(given), own{credential_of<S>(device), device.key} {
        const packet first = i.message_1();
        const message_1 in{first, S::first};
        EXPECT_EQ(in.status, result::accepted);
        EXPECT_EQ(make_message_2(in, hash_of(first), own, 0x20, session, out), result::accepted);
        EXPECT_TRUE(i.read(packet{out.value()}));
    }
    result open(const packet& given) {
        ciphertext = given;
        if (!decrypt_3(session, {ciphertext.data(), ciphertext.size()})) return result::forged;
        plaintext = plaintext_3{ciphertext.view().first(ciphertext.size() - session.mac_size), session.mac_size};
        return plaintext.is_valid ? result::accepted : result::malformed;
    }
    result open() { return open(i.ciphertext_3(edhoc_initiator::identifier(i.kid), std::nullopt)); }
    bool authenticate(const party& client) {
        return edhoc::authenticate(session, plaintext, credential_of<S>(client), made_prk);
    }
    void expect_secrets(const party& client) {
        oscore_secrets secrets;
        secrets.export_from(session, plaintext, credential_of<S>(client), made_prk);
        EXPECT_EQ(packet{bytes{secrets.master_secret}}, i.master_secret);
        EXPECT_EQ(packet{bytes{secrets.master_salt}}, i.master_salt);
    }

    edhoc_initiator i;
    own_credential<S> own;
    half_open<S> session{};
    message_2 out{};
    packet ciphertext;
    plaintext_3 plaintext{{}, 0};
    prk made_prk{};
};

template <typename S>
void run(unsigned suite, const packet& suites_i) {
    edhoc_initiator i{alice, server, 77};
    i.suite = suite, i.suites_i = suites_i;
    handshake<S> h{server, i};
    ASSERT_EQ(h.open(), result::accepted);
    ASSERT_TRUE(h.authenticate(alice));
    h.expect_secrets(alice);
}

TEST(edhoc_handshake, has_four_suites) {
    run<on_x25519>(0, "00");
    run<on_x25519>(1, "01");
    run<on_p256>(2, "02");
    run<on_p256>(3, "82 18 19 03");
}

TEST(edhoc_handshake, takes_kids_of_each_size) {
    for (const packet& kid : {packet{}, packet{"18"}, packet{"37"}, packet{"38"}, packet{"00"}, filler(12)}) {
        const party device = party::make(21, kid);
        const party client = party::make(22, kid);
        edhoc_initiator i{client, device, 78};
        i.suite = 3, i.suites_i = "03";
        handshake<> h{device, i};
        ASSERT_EQ(h.open(), result::accepted);
        EXPECT_EQ(packet{h.plaintext.kid}, kid);
        ASSERT_TRUE(h.authenticate(client));
        h.expect_secrets(client);
    }
    EXPECT_LE(message_2::max_plaintext_size, hash_size) << "KEYSTREAM_2 is one block";
}

TEST(edhoc_handshake, takes_ead_that_is_not_critical) {
    edhoc_initiator i{alice, server, 79};
    i.ead_1 = "00 43 000000", i.ead_3 = "05 41 01 17";
    handshake<> h{server, i};
    ASSERT_EQ(h.open(), result::accepted);
    ASSERT_TRUE(h.authenticate(alice)) << "MAC_3 includes EAD_3";
    h.expect_secrets(alice);
}

TEST(edhoc_handshake, refuses_critical_ead_in_message_3) {
    edhoc_initiator i{alice, server, 80};
    i.ead_3 = "20";
    EXPECT_EQ((handshake<>{server, i}.open()), result::malformed);
}

// ---- What an attacker sends

TEST(edhoc_handshake, refuses_each_damaged_message_3) {
    handshake<> h;
    const packet good = h.i.ciphertext_3("2b", std::nullopt);
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        packet damaged = good;
        damaged[bit / 8] ^= static_cast<byte>(1U << bit % 8);
        EXPECT_EQ(h.open(damaged), result::forged) << bit;
    }
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_EQ(h.open(packet{good.view().first(size)}), result::forged) << size;
    EXPECT_EQ(h.open(good), result::accepted) << "the session goes on";
}

TEST(edhoc_handshake, refuses_another_mac_and_another_key) {
    handshake<> h;
    ASSERT_EQ(h.open(h.i.ciphertext_3("2b", filler(8))), result::accepted);
    EXPECT_FALSE(h.authenticate(alice));
    ASSERT_EQ(h.open(), result::accepted);
    EXPECT_FALSE(h.authenticate(party::make(13, "2b", "alice"))) << "the same names, but another key";
    EXPECT_FALSE(h.authenticate(party{alice.key, alice.x, alice.kid, server.ccs})) << "another claims set";
    EXPECT_TRUE(h.authenticate(alice));
}

TEST(edhoc_handshake, refuses_each_wrong_bit_of_mac_3) {
    handshake<> h;
    ASSERT_EQ(h.open(), result::accepted);
    const packet mac{h.plaintext.mac};
    for (std::size_t bit = 0; bit < 64; ++bit) {
        packet wrong = mac;
        wrong[bit / 8] ^= static_cast<byte>(1U << bit % 8);
        ASSERT_EQ(h.open(h.i.ciphertext_3("2b", wrong)), result::accepted);
        EXPECT_FALSE(h.authenticate(alice)) << bit;
    }
}

TEST(edhoc_handshake, refuses_a_plaintext_that_is_malformed) {
    handshake<> h;
    EXPECT_EQ(h.open(h.i.seal("")), result::malformed);
    EXPECT_EQ(h.open(h.i.seal("41 2b 48" + filler(8))), result::malformed);
    EXPECT_EQ(h.open(h.i.seal("2b 50" + filler(16))), result::malformed) << "a MAC of another suite";
}

// A key off the curve, also a client's own key in its claims set.
TEST(edhoc_handshake, refuses_points_off_the_curve) {
    const std::uint32_t before = toy_curve::generated - toy_curve::forgotten;
    edhoc_initiator i{alice, server, 81};
    i.g_x = filler(32, 0xff);
    const packet first = i.message_1();
    const message_1 in{first, 2};
    ASSERT_EQ(in.status, result::accepted);
    const own_credential<on_p256> own{credential_of<on_p256>(server), server.key};
    half_open<on_p256> session{};
    message_2 out{};
    EXPECT_EQ(make_message_2(in, hash_of(first), own, 0x20, session, out), result::malformed);
    EXPECT_EQ(toy_curve::generated - toy_curve::forgotten, before) << "y is forgotten";

    handshake<> h;
    ASSERT_EQ(h.open(), result::accepted);
    EXPECT_FALSE(h.authenticate(party{alice.key, filler(32, 0xff), alice.kid, alice.ccs}));
}

TEST(edhoc_handshake, fails_without_random_numbers) {
    toy_curve::has_entropy = false;
    const packet first = edhoc_initiator{alice, server, 82}.message_1();
    const message_1 in{first, 2};
    ASSERT_EQ(in.status, result::accepted);
    const own_credential<on_p256> own{credential_of<on_p256>(server), server.key};
    half_open<on_p256> session{};
    message_2 out{};
    EXPECT_EQ(make_message_2(in, hash_of(first), own, 0x20, session, out), result::failed);
    toy_curve::has_entropy = true;
}

TEST(edhoc_handshake, has_a_new_ephemeral_key_in_each_session) {
    const handshake<> a;
    const handshake<> b;
    EXPECT_NE(packet{a.out.value()}, packet{b.out.value()});
    EXPECT_NE(a.session.y.scalar, b.session.y.scalar);
}

}  // namespace
}  // namespace mincoap::security::edhoc
