// The key schedule against RFC 9529. Chapter 2 has signatures and certificates, which mincoap does not have:
// its values are made with the context strings of the RFC.
#include <mincoap/security/edhoc/key_schedule.hpp>

#include <gtest/gtest.h>

#include "../../../support/edhoc_initiator.hpp"
#include "vectors.hpp"

namespace mincoap::security::edhoc {
namespace {

using mincoap::test::filler;
using test::packet;
using crypto = mincoap::test::reference_crypto;
namespace method_0 = test::method_0;
namespace method_3 = test::method_3;

// A key agreement with one shared secret.
struct prepared_curve {
    struct private_key {};
    static inline packet expected_x, secret;

    static bool generate(private_key& /*key*/, byte* /*x32*/) { return false; }
    static bool agree(const private_key& /*key*/, const byte* x32, byte* to32) {
        if (packet{bytes{x32, 32}} != expected_x) return false;
        copy_bytes(secret.view().data(), 32, to32);
        return true;
    }
    static void forget(private_key& /*key*/) {}
};
using prepared = x25519_suites<crypto, prepared_curve>;

digest as_digest(const packet& p) {
    digest d{};
    EXPECT_EQ(p.size(), d.size());
    copy_bytes(p.view().data(), d.size(), d.data());
    return d;
}
packet th_after(const packet& th, const packet& first, const packet& second) {
    digest made{};
    next_th<crypto>(as_digest(th), first, second, made);
    return packet{bytes{made}};
}
packet kdf(const packet& prk, kdf_label label, const kdf_context& context, std::size_t size) {
    packet made = filler(size + 1);
    edhoc::kdf<crypto>(as_digest(prk), label, context, mutable_bytes{made.data(), size});
    EXPECT_EQ(made[size], 'x');
    return packet{made.view().first(size)};
}
packet kdf(const packet& prk, kdf_label label, const packet& th, std::size_t size) {
    return kdf(prk, label, {.th = th}, size);
}
packet exported(const packet& prk, kdf_label label, std::size_t size) { return kdf(prk, label, kdf_context{}, size); }

TEST(edhoc_key_schedule, has_the_transcript_hashes_of_chapter_2) {
    using namespace method_0;
    EXPECT_EQ(th_after(g_y, "58 20", h_message_1), th_2);
    EXPECT_EQ(th_after(th_2, plaintext_2, cred_r), th_3);
    EXPECT_EQ(th_after(th_3, plaintext_3, cred_i), th_4);
}

TEST(edhoc_key_schedule, has_the_keys_of_chapter_2) {
    using namespace method_0;
    prepared_curve::expected_x = g_x;
    prepared_curve::secret = g_xy;
    digest prk{};
    ASSERT_TRUE(extract<prepared>(as_digest(th_2), {}, g_x.view().data(), prk));
    EXPECT_EQ(packet{bytes{prk}}, prk_2e);
    EXPECT_FALSE(extract<prepared>(as_digest(th_2), {}, g_y.view().data(), prk));
    EXPECT_EQ(kdf(prk_2e, kdf_label::k_3, th_3, 16), k_3);
    EXPECT_EQ(kdf(prk_2e, kdf_label::iv_3, th_3, 13), iv_3);
    EXPECT_EQ(kdf(prk_2e, kdf_label::prk_out, th_4, 32), prk_out);
    EXPECT_EQ(exported(prk_out, kdf_label::prk_exporter, 32), prk_exporter);
    EXPECT_EQ(exported(prk_exporter, edhoc::oscore_master_secret, 16), method_0::oscore_master_secret);
    EXPECT_EQ(exported(prk_exporter, edhoc::oscore_master_salt, 8), method_0::oscore_master_salt);
}

// Contexts of more than 255 bytes have a longer head. The signatures are made of these MACs.
TEST(edhoc_key_schedule, has_the_macs_of_chapter_2) {
    using namespace method_0;
    EXPECT_EQ(kdf(prk_2e, kdf_label::mac_2, {.ids = context_2}, 32), mac_2);
    const packet ids_2 = c_r_cbor + id_cred_r + "5820";
    EXPECT_EQ(kdf(prk_2e, kdf_label::mac_2, {.ids = ids_2, .th = th_2, .credential = cred_r}, 32), mac_2);
    EXPECT_EQ(kdf(prk_2e, kdf_label::mac_3, {.ids = context_3}, 32), mac_3);
    const packet ids_3 = id_cred_i + "5820";
    EXPECT_EQ(kdf(prk_2e, kdf_label::mac_3, {.ids = ids_3, .th = th_3, .credential = cred_i}, 32), mac_3);
}

TEST(edhoc_key_schedule, has_the_transcript_hashes_of_chapter_3) {
    using namespace method_3;
    EXPECT_EQ(th_after(g_y, "58 20", h_message_1), th_2);
    EXPECT_EQ(th_after(th_2, plaintext_2, cred_r), th_3);
    EXPECT_EQ(th_after(th_3, plaintext_3, cred_i), th_4);
}

TEST(edhoc_key_schedule, has_the_keys_of_chapter_3) {
    using namespace method_3;
    EXPECT_EQ(kdf(prk_2e, kdf_label::keystream_2, th_2, 11), keystream_2);
    EXPECT_EQ(kdf(prk_2e, kdf_label::salt_3e2m, th_2, 32), salt_3e2m);
    EXPECT_EQ(kdf(prk_3e2m, kdf_label::k_3, th_3, 16), k_3);
    EXPECT_EQ(kdf(prk_3e2m, kdf_label::iv_3, th_3, 13), iv_3);
    EXPECT_EQ(kdf(prk_3e2m, kdf_label::salt_4e3m, th_3, 32), salt_4e3m);
    EXPECT_EQ(kdf(prk_4e3m, kdf_label::prk_out, th_4, 32), prk_out);
    EXPECT_EQ(exported(prk_out, kdf_label::prk_exporter, 32), prk_exporter);
    EXPECT_EQ(exported(prk_exporter, edhoc::oscore_master_secret, 16), method_3::oscore_master_secret);
    EXPECT_EQ(exported(prk_exporter, edhoc::oscore_master_salt, 8), method_3::oscore_master_salt);
}

TEST(edhoc_key_schedule, has_the_shared_secrets_of_chapter_3) {
    using namespace method_3;
    digest made{};
    prepared_curve::expected_x = g_x;
    prepared_curve::secret = g_xy;
    ASSERT_TRUE(extract<prepared>(as_digest(th_2), {}, g_x.view().data(), made));
    EXPECT_EQ(packet{bytes{made}}, prk_2e);
    prepared_curve::secret = g_rx;
    ASSERT_TRUE(
        extract_with<prepared>(as_digest(prk_2e), kdf_label::salt_3e2m, as_digest(th_2), {}, g_x.view().data(), made));
    EXPECT_EQ(packet{bytes{made}}, prk_3e2m);
    prepared_curve::expected_x = pk_i;
    prepared_curve::secret = g_iy;
    ASSERT_TRUE(extract_with<prepared>(as_digest(prk_3e2m), kdf_label::salt_4e3m, as_digest(th_3), {},
                                       pk_i.view().data(), made));
    EXPECT_EQ(packet{bytes{made}}, prk_4e3m);
}

TEST(edhoc_key_schedule, has_the_macs_of_chapter_3) {
    using namespace method_3;
    packet made = filler(8);
    const credential server{.ccs = cred_r, .kid = id_cred_r.view().last(1), .public_key = pk_r.view().data()};
    make_mac<crypto>(as_digest(prk_3e2m), kdf_label::mac_2, c_r, server, as_digest(th_2), {}, {made.data(), 8});
    EXPECT_EQ(made, mac_2);
    const credential client{.ccs = cred_i, .kid = id_cred_i.view().last(1), .public_key = pk_i.view().data()};
    make_mac<crypto>(as_digest(prk_4e3m), kdf_label::mac_3, {}, client, as_digest(th_3), {}, {made.data(), 8});
    EXPECT_EQ(made, mac_3);
}

// At each size where the encoding changes, against a KDF that was written without this one.
TEST(edhoc_key_schedule, encodes_contexts_and_outputs_of_each_size) {
    const packet prk = filler(32, 7);
    for (const std::size_t size : {0U, 1U, 23U, 24U, 255U, 256U, 257U, 1000U})
        for (const std::size_t output : {1U, 13U, 23U, 24U, 32U}) {
            const packet context = filler(size, 9);
            EXPECT_EQ(kdf(prk, kdf_label::mac_3, {.credential = context}, output),
                      mincoap::test::edhoc_initiator::kdf(prk, 6, context, output));
        }
}

}  // namespace
}  // namespace mincoap::security::edhoc
