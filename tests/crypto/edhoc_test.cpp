// EDHOC with the cipher library's functions, against RFC 9529, chapter 3 (method 3, suite 2).
#include <deque>

#include <gtest/gtest.h>

#include <mincoap/bearssl/crypto.hpp>
#include <mincoap/bearssl/ecdh.hpp>
#include <mincoap/psa/crypto.hpp>
#include <mincoap/security/edhoc/responder.hpp>

#include "../unit/security/edhoc/vectors.hpp"

namespace mincoap {
namespace {

namespace edhoc = security::edhoc;
namespace rfc = edhoc::test::method_3;
using test::packet;

// The ephemeral key of the RFC.
struct rfc_random {
    static bool fill(mutable_bytes to) {
        copy_bytes(rfc::y.view().data(), to.size(), to.data());
        return true;
    }
};

template <typename Cipher>
class edhoc_crypto : public testing::Test {};
using ciphers = testing::Types<bearssl::crypto, bearssl::small_crypto, psa::crypto>;
TYPED_TEST_SUITE(edhoc_crypto, ciphers);

TYPED_TEST(edhoc_crypto, has_the_messages_of_rfc_9529) {
    using suites = edhoc::p256_suites<TypeParam, bearssl::p256<rfc_random>>;
    edhoc::own_credential<suites> own{edhoc::read_ccs<suites>(rfc::cred_r).value(), {}};
    copy_bytes(rfc::sk_r.view().data(), own.private_key.scalar.size(), own.private_key.scalar.data());
    const std::array clients{edhoc::read_ccs<suites>(rfc::cred_i).value()};
    edhoc::sessions<suites, 1> half_open{};
    edhoc::contexts<1> peers{};
    const edhoc::responder keys{own, clients, half_open, peers};

    // C_R is -8 in the RFC. The responder goes through all values, and each session has the same keys.
    edhoc::message_2 made{};
    packet message_2;
    for (int tries = 0; tries < 48 && message_2 != rfc::message_2; ++tries) {
        ASSERT_EQ(keys.begin(rfc::message_1, 0, made), edhoc::result::accepted);
        message_2 = packet{made.value()};
    }
    ASSERT_EQ(message_2, rfc::message_2);
    packet ciphertext_3 = rfc::ciphertext_3;
    ASSERT_EQ(keys.finish(rfc::c_r, {ciphertext_3.data(), ciphertext_3.size()}, 0), edhoc::result::accepted);

    security::oscore::context expected;
    derive<TypeParam>(expected, {.master_secret = rfc::oscore_master_secret,
                                 .master_salt = rfc::oscore_master_salt,
                                 .sender_id = rfc::c_i,
                                 .recipient_id = rfc::c_r,
                                 .id_context = std::nullopt});
    const security::oscore::context& c = peers.all()[0];
    EXPECT_EQ(c.sender_key, expected.sender_key);
    EXPECT_EQ(c.recipient_key, expected.recipient_key);
    EXPECT_EQ(c.common_iv, expected.common_iv);
}

// Chapter 2 has signatures. Its shared secret is that of suites 0 and 1.
TEST(edhoc_crypto_x25519, has_the_shared_secret_of_chapter_2) {
    namespace method_0 = edhoc::test::method_0;
    using suites = edhoc::x25519_suites<bearssl::crypto, bearssl::x25519<rfc_random>>;
    bearssl::private_key y;
    copy_bytes(method_0::y.view().data(), y.scalar.size(), y.scalar.data());
    edhoc::prk made;
    ASSERT_TRUE(edhoc::extract<suites>(method_0::th_2.view().data(), y, method_0::g_x.view().data(), made));
    EXPECT_EQ(packet{bytes{made}}, method_0::prk_2e);
    EXPECT_FALSE(edhoc::extract<suites>(method_0::th_2.view().data(), y, packet{test::filler(32, 0)}.data(), made));
}

}  // namespace
}  // namespace mincoap
