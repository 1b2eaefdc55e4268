#include <gtest/gtest.h>

#include <mincoap/conformance/crypto_conformance.hpp>
#include <mincoap/psa/crypto.hpp>

namespace mincoap {
namespace conformance {

INSTANTIATE_TYPED_TEST_SUITE_P(psa, crypto_conformance, psa::crypto);

}  // namespace conformance

namespace {

using conformance::ascending;
using conformance::from_hex;
using conformance::octets;

// Takes all key slots of the library, so that the adapter has none.
class psa_without_slots : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(psa_crypto_init(), PSA_SUCCESS);
        psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
        psa_set_key_type(&attributes, PSA_KEY_TYPE_AES);
        for (psa_key_id_t id = 0; keys.size() < 1'000; keys.push_back(id))
            if (psa_import_key(&attributes, key.data(), key.size(), &id) != PSA_SUCCESS) return;
        GTEST_SKIP() << "this library has any number of slots";
    }
    void TearDown() override {
        for (const psa_key_id_t id : keys) EXPECT_EQ(psa_destroy_key(id), PSA_SUCCESS);
    }

    std::vector<psa_key_id_t> keys;
    const octets key = ascending(16), nonce = ascending(13);
};

TEST_F(psa_without_slots, never_sends_plaintext) {
    for (const std::size_t tag : {8U, 16U}) {
        octets data = ascending(40);
        psa::crypto::seal(key.data(), nonce.data(), {}, data, tag);
        EXPECT_EQ(data, octets(40));
    }
}

TEST_F(psa_without_slots, opens_nothing) {
    const conformance::ccm_vector& v = conformance::rfc3610[0];
    octets data = from_hex(v.sealed);
    EXPECT_FALSE(psa::crypto::open(from_hex(v.key).data(), from_hex(v.nonce).data(), from_hex(v.aad), data, 8));
}

TEST_F(psa_without_slots, makes_keys_all_the_same) {
    const conformance::hmac_vector v = conformance::rfc4231()[0];
    const bytes data = v.data;
    octets mac(32);
    psa::crypto::hmac(v.key, {&data, 1}, mac.data());
    EXPECT_EQ(mac, from_hex(v.mac));
}

}  // namespace
}  // namespace mincoap
