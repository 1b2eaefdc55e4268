#include <deque>

#include <gtest/gtest.h>

#include <mincoap/bearssl/ecdh.hpp>
#include <mincoap/conformance/crypto_vectors.hpp>

namespace mincoap {
namespace {

using conformance::from_hex;
using conformance::octets;

// Gives the prepared numbers, and then fails.
struct prepared_random {
    static inline std::deque<octets> numbers;

    static bool fill(mutable_bytes to) {
        if (numbers.empty()) return false;
        EXPECT_EQ(numbers.front().size(), to.size());
        copy_bytes(numbers.front().data(), to.size(), to.data());
        numbers.pop_front();
        return true;
    }
};

struct vector {
    std::string_view private_key, public_key, peer, secret;
};

// NIST CAVP, KAS_ECC_CDH_PrimitiveTest, P-256: 0 to 3.
constexpr vector nist_p256[] = {
    {"7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534",
     "ead218590119e8876b29146ff89ca61770c4edbbf97d38ce385ed281d8a6b230",
     "700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287",
     "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b"},
    {"38f65d6dce47676044d58ce5139582d568f64bb16098d179dbab07741dd5caf5",
     "119f2f047902782ab0c9e27a54aff5eb9b964829ca99c06b02ddba95b0a3f6d0",
     "809f04289c64348c01515eb03d5ce7ac1a8cb9498f5caa50197e58d43a86a7ae",
     "057d636096cb80b67a8c038c890e887d1adfa4195e9b3ce241c8a778c59cda67"},
    {"1accfaf1b97712b85a6f54b148985a1bdc4c9bec0bd258cad4b3d603f49f32c8",
     "d9f2b79c172845bfdb560bbb01447ca5ecc0470a09513b6126902c6b4f8d1051",
     "a2339c12d4a03c33546de533268b4ad667debf458b464d77443636440ee7fec3",
     "2d457b78b4614132477618a5b077965ec90730a8c81a1c75d6d4ec68005d67ec"},
    {"207c43a79bfee03db6f4b944f53d2fb76cc49ef1c9c4d34d51b6c65c4db6932d",
     "24277c33f450462dcb3d4801d57b9ced05188f16c28eda873258048cd1607e0d",
     "df3989b9fa55495719b3cf46dccd28b5153f7808191dd518eff0c3cff2b705ed",
     "96441259534b80f6aee3d287a6bb17b5094dd4277d9e294f8fe73e48bf2a0024"},
};

// RFC 7748 §6.1 from both sides, and §5.2, which has no public key of its own: these two were made with OpenSSL.
constexpr vector rfc7748[] = {
    {"77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
     "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
     "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
     "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"},
    {"5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
     "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
     "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
     "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"},
    {"a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
     "1c9fd88f45606d932a80c71824ae151d15d73e77de38e8e000852e614fae7019",
     "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
     "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"},
    {"4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
     "ff63fe57bfbf43fa3f563628b149af704d3db625369c49983650347a6a71e00e",
     "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",  // its uppermost bit does not count
     "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"},
};

template <typename Curve>
class ecdh : public testing::Test {
protected:
    void TearDown() override { prepared_random::numbers.clear(); }

    static octets made_from(std::string_view number, typename Curve::private_key& key) {
        prepared_random::numbers = {from_hex(number)};
        octets public_key(32);
        EXPECT_TRUE(Curve::generate(key, public_key.data()));
        return public_key;
    }
    static void expect(const vector& v) {
        typename Curve::private_key key;
        EXPECT_EQ(made_from(v.private_key, key), from_hex(v.public_key));
        octets secret(32);
        EXPECT_TRUE(Curve::agree(key, from_hex(v.peer).data(), secret.data()));
        EXPECT_EQ(secret, from_hex(v.secret));

        octets memory = from_hex(v.peer);
        EXPECT_TRUE(Curve::agree(key, memory.data(), memory.data()));
        EXPECT_EQ(memory, from_hex(v.secret));
    }
    static bool agrees_with(std::string_view peer) {
        typename Curve::private_key key;
        made_from(rfc7748[2].private_key, key);
        octets secret(32);
        return Curve::agree(key, from_hex(peer).data(), secret.data());
    }
};

template <typename Curve>
class p256_ecdh : public ecdh<Curve> {};
using p256_classes = testing::Types<bearssl::p256<prepared_random>, bearssl::p256<prepared_random, br_ec_p256_m31>,
                                    bearssl::p256<prepared_random, br_ec_prime_i15>>;
TYPED_TEST_SUITE(p256_ecdh, p256_classes);

template <typename Curve>
class x25519_ecdh : public ecdh<Curve> {};
using x25519_classes =
    testing::Types<bearssl::x25519<prepared_random>, bearssl::x25519<prepared_random, br_ec_c25519_m31>>;
TYPED_TEST_SUITE(x25519_ecdh, x25519_classes);

TYPED_TEST(p256_ecdh, agrees_with_nist) {
    for (const vector& v : nist_p256) this->expect(v);
}

TYPED_TEST(p256_ecdh, refuses_what_is_no_public_key) {
    EXPECT_TRUE(this->agrees_with("0000000000000000000000000000000000000000000000000000000000000005"));
    EXPECT_FALSE(this->agrees_with("0000000000000000000000000000000000000000000000000000000000000001"));
    // p + 5, which is 5 modulo p
    EXPECT_FALSE(this->agrees_with("ffffffff00000001000000000000000000000001000000000000000000000004"));
    EXPECT_FALSE(this->agrees_with("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"));
}

constexpr std::string_view zero = "0000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view one = "0000000000000000000000000000000000000000000000000000000000000001";
constexpr std::string_view order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
constexpr std::string_view order_less_1 = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550";
constexpr std::string_view order_plus_1 = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552";
constexpr std::string_view most = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
constexpr std::string_view generator = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";

TYPED_TEST(p256_ecdh, takes_a_private_key_from_1_to_the_order_less_1) {
    typename TypeParam::private_key key;
    EXPECT_EQ(this->made_from(one, key), from_hex(generator));
    EXPECT_EQ(this->made_from(order_less_1, key), from_hex(generator));
}

TYPED_TEST(p256_ecdh, draws_again_instead_of_another_number) {
    for (const std::string_view number : {zero, order, order_plus_1, most}) {
        prepared_random::numbers = {from_hex(number), from_hex(number), from_hex(one)};
        typename TypeParam::private_key key;
        octets public_key(32);
        EXPECT_TRUE(TypeParam::generate(key, public_key.data()));
        EXPECT_EQ(public_key, from_hex(generator));
        EXPECT_TRUE(prepared_random::numbers.empty());
    }
}

TYPED_TEST(p256_ecdh, gives_up_if_the_random_numbers_are_broken) {
    prepared_random::numbers.assign(1'000, from_hex(most));
    typename TypeParam::private_key key;
    octets public_key(32);
    EXPECT_FALSE(TypeParam::generate(key, public_key.data()));
    EXPECT_EQ(prepared_random::numbers.size(), 992U);
    EXPECT_EQ(octets(key.scalar.begin(), key.scalar.end()), octets(32));
}

TYPED_TEST(x25519_ecdh, agrees_with_rfc_7748) {
    for (const vector& v : rfc7748) this->expect(v);
}

// The points of small order, with which every secret would be zero (RFC 7748 §6.1): 0, 1, two of
// order 8, and p - 1. Then p and p + 1, which are 0 and 1.
TYPED_TEST(x25519_ecdh, refuses_a_secret_that_is_zero) {
    for (const std::string_view peer : {"0000000000000000000000000000000000000000000000000000000000000000",
                                        "0100000000000000000000000000000000000000000000000000000000000000",
                                        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                                        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                                        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"})
        EXPECT_FALSE(this->agrees_with(peer)) << peer;
    EXPECT_TRUE(this->agrees_with("0900000000000000000000000000000000000000000000000000000000000000"));
}

template <typename Curve>
void expect_no_key_without_entropy() {
    typename Curve::private_key key;
    key.scalar.fill(0xa5);
    octets public_key(32);
    EXPECT_FALSE(Curve::generate(key, public_key.data()));
    EXPECT_EQ(octets(key.scalar.begin(), key.scalar.end()), octets(32));
}
TYPED_TEST(p256_ecdh, makes_no_key_without_entropy) { expect_no_key_without_entropy<TypeParam>(); }
TYPED_TEST(x25519_ecdh, makes_no_key_without_entropy) { expect_no_key_without_entropy<TypeParam>(); }

template <typename Curve>
void expect_forgotten() {
    typename Curve::private_key key;
    key.scalar.fill(0xa5);
    Curve::forget(key);
    EXPECT_EQ(octets(key.scalar.begin(), key.scalar.end()), octets(32));
}
TYPED_TEST(p256_ecdh, forgets_a_key) { expect_forgotten<TypeParam>(); }
TYPED_TEST(x25519_ecdh, forgets_a_key) { expect_forgotten<TypeParam>(); }

}  // namespace
}  // namespace mincoap
