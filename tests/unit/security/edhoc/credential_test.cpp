#include <mincoap/security/edhoc/credential.hpp>

#include <gtest/gtest.h>

#include "../../../support/edhoc_initiator.hpp"
#include "vectors.hpp"

namespace mincoap::security::edhoc {
namespace {

using mincoap::test::filler;
using test::packet;
namespace method_3 = test::method_3;

using crypto = mincoap::test::reference_crypto;
using on_p256 = p256_suites<crypto, mincoap::test::toy_curve>;
using on_x25519 = x25519_suites<crypto, mincoap::test::toy_curve>;

const packet x = filler(32, 0xa5);

TEST(edhoc_credential, reads_the_claims_sets_of_rfc_9529) {
    const auto server = read_ccs<on_p256>(method_3::cred_r);
    ASSERT_TRUE(server);
    EXPECT_EQ(packet{server->ccs}, method_3::cred_r);
    EXPECT_EQ(packet{server->kid}, "32");
    EXPECT_EQ((packet{bytes{server->public_key, 32}}), method_3::pk_r);
    const auto client = read_ccs<on_p256>(method_3::cred_i);
    ASSERT_TRUE(client);
    EXPECT_EQ(packet{client->kid}, "2b");
    EXPECT_EQ((packet{bytes{client->public_key, 32}}), method_3::pk_i);
}

TEST(edhoc_credential, reads_a_key_of_its_own_curve_only) {
    const packet p256 = "a1 08 a1 01 a4 01 02 02 41 07 20 01 21 5820" + x;
    const packet x25519 = "a1 08 a1 01 a4 01 01 02 41 07 20 04 21 5820" + x;
    EXPECT_TRUE(read_ccs<on_p256>(p256));
    EXPECT_FALSE(read_ccs<on_p256>(x25519));
    EXPECT_TRUE(read_ccs<on_x25519>(x25519));
    EXPECT_FALSE(read_ccs<on_x25519>(p256));
}

TEST(edhoc_credential, skips_what_it_does_not_need) {
    const packet key = "a4 01 02 02 41 07 20 01 21 5820" + x;
    for (const packet& ccs :
         {"a3 01 61 'i' 08 a1 01" + key + "02 61 's'", "bf 08 bf 01" + key + "ff ff", "a2 20 f6 08 a2 03 40 01" + key,
          "a2 61 'x' 81 a0 08 a1 01" + key, "a1 08 a1 01 a6 01 02 61 'k' 05 02 41 07 20 01 22 f5 21 5820" + x,
          "a1 08 a1 01 a5 21 5820" + x + "22 5820" + x + "20 01 02 41 07 01 02"}) {
        const auto c = read_ccs<on_p256>(ccs);
        ASSERT_TRUE(c) << ::testing::PrintToString(ccs);
        EXPECT_EQ(packet{c->kid}, "07");
        EXPECT_EQ((packet{bytes{c->public_key, 32}}), x);
    }
}

TEST(edhoc_credential, takes_kids_of_0_to_12_bytes) {
    for (std::size_t size = 0; size < 20; ++size) {
        packet ccs = "a1 08 a1 01 a4 01 02 02";
        ccs.append(static_cast<byte>(0x40 + size));
        ccs = ccs + filler(size) + "20 01 21 5820" + x;
        const auto c = read_ccs<on_p256>(ccs);
        EXPECT_EQ(c.has_value(), size <= max_kid_size) << size;
        if (c) {
            EXPECT_EQ(packet{c->kid}, filler(size));
        }
    }
}

TEST(edhoc_credential, refuses_incomplete_and_malformed_claims_sets) {
    for (const packet& wrong : {
             packet{}, packet{"a0"}, packet{"f6"}, packet{"a1 08 a0"},
             "a1 01 a1 01 a4 01 02 02 41 07 20 01 21 5820" + x,           // another claim
             "a1 08 a1 02 a4 01 02 02 41 07 20 01 21 5820" + x,           // not a COSE key
             "a1 08 a1 01 a3 02 41 07 20 01 21 5820" + x,                 // no type
             "a1 08 a1 01 a3 01 02 20 01 21 5820" + x,                    // no kid
             "a1 08 a1 01 a3 01 02 02 41 07 21 5820" + x,                 // no curve
             packet{"a1 08 a1 01 a3 01 02 02 41 07 20 01"},               // no x
             "a1 08 a1 01 a4 01 02 02 41 07 20 01 21 581f" + filler(31),  // a short one
             "a1 08 a1 01 a4 01 02 02 41 07 20 01 21 5821" + filler(33),  // a long one
             "a1 08 a1 01 a4 01 02 02 61 07 20 01 21 5820" + x,           // a text as the kid
             "a1 08 a1 01 a4 01 20 02 41 07 20 01 21 5820" + x,           // a negative type
             "a1 08 a1 01 a5 01 02 02 41 07 20 01 20 01 21 5820" + x,     // a curve twice
             "a1 08 a1 01 a5 01 02 02 41 07 02 41 07 20 01 21 5820" + x,  // a kid twice
             "a1 08 a1 01 a4 01 02 02 41 07 20 01 21 5820" + x + "00",    // bytes behind it
         })
        EXPECT_FALSE(read_ccs<on_p256>(wrong)) << ::testing::PrintToString(wrong);
}

TEST(edhoc_credential, refuses_each_beginning) {
    const packet& whole = method_3::cred_i;
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(read_ccs<on_p256>(whole.view().first(size))) << size;
}

// A mistake in a constant is a compile error.
constexpr std::array<byte, 47> constant{0xa1, 8, 0xa1, 1, 0xa4, 1, 2, 2, 0x41, 7, 0x20, 1, 0x21, 0x58, 32, 99};
constexpr credential of_constant = read_ccs<on_p256>(constant).value();
static_assert(of_constant.kid.size() == 1 && of_constant.kid[0] == 7 && of_constant.public_key[0] == 99);

}  // namespace
}  // namespace mincoap::security::edhoc
