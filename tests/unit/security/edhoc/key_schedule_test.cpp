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

prk as_prk(const packet& p) {
    prk made{};
    EXPECT_EQ(p.size(), made.size());
    copy_bytes(p.view().data(), made.size(), made.data());
    return made;
}
transcript_hash as_hash(const packet& p) {
    transcript_hash made;
    EXPECT_EQ(p.size(), hash_size);
    copy_bytes(p.view().data(), hash_size, made.start());
    EXPECT_EQ(packet{made.encoded()}, "5820" + p);
    return made;
}
packet hash_after(const packet& th, const packet& first, const packet& second) {
    transcript_hash made = as_hash(th);
    next_hash<crypto>(made, first, second, made);
    return packet{bytes{made.value(), hash_size}};
}
packet kdf(const packet& from, kdf_label label, const packet& th, std::size_t size) {
    packet made = filler(size + 1);
    const transcript_hash context = as_hash(th);
    edhoc::kdf<crypto>(as_prk(from), label, &context, made.data(), size);
    EXPECT_EQ(made[size], 'x');
    return packet{made.view().first(size)};
}
// With an empty context, in place.
packet exported(const packet& from, kdf_label label, std::size_t size) {
    prk made = as_prk(from);
    edhoc::kdf<crypto>(made, label, nullptr, made.data(), size);
    return packet{bytes{made}.first(size)};
}
packet expanded(const packet& from, kdf_label label, const packet& encoded_context, std::size_t size) {
    packet made = filler(size);
    const auto first = static_cast<byte>(label);
    std::array<bytes, 3> info{bytes{&first, 1}, encoded_context};
    detail::expand<crypto>(as_prk(from), info.data(), info.size(), made.data(), size);
    return made;
}

TEST(edhoc_key_schedule, has_the_transcript_hashes_of_chapter_2) {
    using namespace method_0;
    EXPECT_EQ(hash_after(g_y, "58 20", h_message_1), th_2);
    EXPECT_EQ(hash_after(th_2, plaintext_2, cred_r), th_3);
    EXPECT_EQ(hash_after(th_3, plaintext_3, cred_i), th_4);
}

TEST(edhoc_key_schedule, has_the_keys_of_chapter_2) {
    using namespace method_0;
    prepared_curve::expected_x = g_x;
    prepared_curve::secret = g_xy;
    prk made{};
    ASSERT_TRUE(extract<prepared>(th_2.view().data(), {}, g_x.view().data(), made));
    EXPECT_EQ(packet{bytes{made}}, prk_2e);
    EXPECT_FALSE(extract<prepared>(th_2.view().data(), {}, g_y.view().data(), made));
    EXPECT_EQ(kdf(prk_2e, kdf_label::k_3, th_3, 16), k_3);
    EXPECT_EQ(kdf(prk_2e, kdf_label::iv_3, th_3, 13), iv_3);
    EXPECT_EQ(kdf(prk_2e, kdf_label::prk_out, th_4, 32), prk_out);
    EXPECT_EQ(exported(prk_out, kdf_label::prk_exporter, 32), prk_exporter);
    EXPECT_EQ(exported(prk_exporter, label_of_master_secret, 16), method_0::oscore_master_secret);
    EXPECT_EQ(exported(prk_exporter, label_of_master_salt, 8), method_0::oscore_master_salt);
}

// The signatures are made of these MACs. Their contexts have heads of three bytes.
TEST(edhoc_key_schedule, has_the_macs_of_chapter_2) {
    using namespace method_0;
    EXPECT_EQ(expanded(prk_2e, kdf_label::mac_2, "59 0125" + context_2, 32), mac_2);
    EXPECT_EQ(expanded(prk_2e, kdf_label::mac_3, "59 0123" + context_3, 32), mac_3);
}

TEST(edhoc_key_schedule, has_the_transcript_hashes_of_chapter_3) {
    using namespace method_3;
    EXPECT_EQ(hash_after(g_y, "58 20", h_message_1), th_2);
    EXPECT_EQ(hash_after(th_2, plaintext_2, cred_r), th_3);
    EXPECT_EQ(hash_after(th_3, plaintext_3, cred_i), th_4);
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
    EXPECT_EQ(exported(prk_exporter, label_of_master_secret, 16), method_3::oscore_master_secret);
    EXPECT_EQ(exported(prk_exporter, label_of_master_salt, 8), method_3::oscore_master_salt);
}

TEST(edhoc_key_schedule, has_the_shared_secrets_of_chapter_3) {
    using namespace method_3;
    prk made{};
    prepared_curve::expected_x = g_x;
    prepared_curve::secret = g_xy;
    ASSERT_TRUE(extract<prepared>(th_2.view().data(), {}, g_x.view().data(), made));
    EXPECT_EQ(packet{bytes{made}}, prk_2e);
    prepared_curve::secret = g_rx;
    ASSERT_TRUE(
        extract_with<prepared>(as_prk(prk_2e), kdf_label::salt_3e2m, as_hash(th_2), {}, g_x.view().data(), made));
    EXPECT_EQ(packet{bytes{made}}, prk_3e2m);
    prepared_curve::expected_x = pk_i;
    prepared_curve::secret = g_iy;
    ASSERT_TRUE(
        extract_with<prepared>(as_prk(prk_3e2m), kdf_label::salt_4e3m, as_hash(th_3), {}, pk_i.view().data(), made));
    EXPECT_EQ(packet{bytes{made}}, prk_4e3m);
}

TEST(edhoc_key_schedule, has_the_macs_of_chapter_3) {
    using namespace method_3;
    packet made = filler(8);
    const credential server{.ccs = cred_r, .kid = id_cred_r.view().last(1), .public_key = pk_r.view().data()};
    make_mac<crypto>(as_prk(prk_3e2m), &c_r.view()[0], server, as_hash(th_2), {}, made.data(), 8);
    EXPECT_EQ(made, mac_2);
    const credential client{.ccs = cred_i, .kid = id_cred_i.view().last(1), .public_key = pk_i.view().data()};
    make_mac<crypto>(as_prk(prk_4e3m), nullptr, client, as_hash(th_3), {}, made.data(), 8);
    EXPECT_EQ(made, mac_3);
}

// At each size where the encoding changes, against a KDF that was written without this one.
TEST(edhoc_key_schedule, encodes_contexts_and_macs_of_each_size) {
    const packet from = filler(32, 7);
    const packet th = filler(32, 9);
    for (const std::size_t size : {0U, 1U, 180U, 214U, 215U, 216U, 217U, 218U, 470U, 471U, 472U, 1000U})
        for (const std::size_t mac_size : {8U, 16U}) {
            const packet ccs = filler(size, 1);
            const packet ead = filler(size / 2, 2);
            const packet kid = "37";
            const credential of{.ccs = ccs, .kid = kid, .public_key = nullptr};
            packet made = filler(mac_size);
            make_mac<crypto>(as_prk(from), nullptr, of, as_hash(th), ead, made.data(), mac_size);
            const packet context = "a1 04 41 37 5820" + th + ccs + ead;
            EXPECT_EQ(made, mincoap::test::edhoc_initiator::kdf(from, 6, context, mac_size)) << size;
        }
}

}  // namespace
}  // namespace mincoap::security::edhoc
