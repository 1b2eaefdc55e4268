// The vectors of RFC 5869 are in mincoap/conformance/crypto_conformance.hpp, with the functions of a cipher library.
#include <mincoap/security/hkdf.hpp>

#include <algorithm>
#include <vector>

#include <gmock/gmock.h>

namespace mincoap::security {
namespace {

using octets = std::vector<byte>;
using testing::ElementsAre;
using testing::IsEmpty;

// Notes the arguments of each call. The n-th call of `hmac` writes n 32 times.
struct noted_crypto : crypto_archetype {
    struct call {
        octets key;
        std::vector<octets> pieces;
    };
    static inline std::vector<call> calls;

    static void hmac(bytes key, std::span<const bytes> pieces, byte* to32) {
        call& now = calls.emplace_back(octets{key.begin(), key.end()});
        for (const bytes piece : pieces) now.pieces.emplace_back(piece.begin(), piece.end());
        std::fill_n(to32, hash_size, static_cast<byte>(calls.size()));
    }
};

class hkdf_test : public testing::Test {
protected:
    void SetUp() override { noted_crypto::calls.clear(); }

    static octets expanded(std::size_t size) {
        octets key(size + 8, 0xa5);
        hkdf_expand<noted_crypto>(prk, {info, more}, mutable_bytes{key}.first(size));
        EXPECT_EQ(octets(key.end() - 8, key.end()), octets(8, 0xa5));
        return {key.begin(), key.end() - 8};
    }

    static inline const octets prk{1, 2, 3}, info{4, 5}, more{6};
};

TEST_F(hkdf_test, the_salt_is_the_key_and_the_secret_is_the_message) {
    octets to(hash_size);
    hkdf_extract<noted_crypto>(prk, info, to.data());
    ASSERT_EQ(noted_crypto::calls.size(), 1U);
    EXPECT_EQ(noted_crypto::calls[0].key, prk);
    EXPECT_THAT(noted_crypto::calls[0].pieces, ElementsAre(info));
    EXPECT_EQ(to, octets(32, 1));
}

TEST_F(hkdf_test, a_block_is_made_of_the_one_before_the_info_and_its_number) {
    expanded(96);
    ASSERT_EQ(noted_crypto::calls.size(), 3U);
    for (const auto& call : noted_crypto::calls) EXPECT_EQ(call.key, prk);
    EXPECT_THAT(noted_crypto::calls[0].pieces, ElementsAre(IsEmpty(), info, more, octets{1}));
    EXPECT_THAT(noted_crypto::calls[1].pieces, ElementsAre(octets(32, 1), info, more, octets{2}));
    EXPECT_THAT(noted_crypto::calls[2].pieces, ElementsAre(octets(32, 2), info, more, octets{3}));
}

TEST_F(hkdf_test, the_last_block_is_cut) {
    for (std::size_t size = 0; size <= 70; ++size) {
        noted_crypto::calls.clear();
        octets expected;
        for (std::size_t i = 0; i < size; ++i) expected.push_back(static_cast<byte>(i / 32 + 1));
        EXPECT_EQ(expanded(size), expected);
        EXPECT_EQ(noted_crypto::calls.size(), (size + 31) / 32);
    }
}

TEST_F(hkdf_test, a_key_has_up_to_255_blocks) {
    EXPECT_EQ(expanded(hkdf_max_size).back(), 255);
    EXPECT_EQ(noted_crypto::calls.size(), 255U);
    EXPECT_EQ(noted_crypto::calls.back().pieces.back(), octets{255});
}

TEST_F(hkdf_test, a_longer_key_ends_a_checked_program) {
    if constexpr (checked_build) {
        EXPECT_DEATH(expanded(hkdf_max_size + 1), "");
    }
}

}  // namespace
}  // namespace mincoap::security
