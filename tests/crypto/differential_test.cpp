// Two libraries that share no code give the same bytes, and each opens the messages of the other one.
#include <random>

#include <gtest/gtest.h>

#include <mincoap/bearssl/crypto.hpp>
#include <mincoap/conformance/crypto_vectors.hpp>
#include <mincoap/psa/crypto.hpp>
#include <mincoap/security/hkdf.hpp>

namespace mincoap {
namespace {

using conformance::octets;

class crypto_differential : public testing::Test {
protected:
    static constexpr int rounds = 2'000;

    std::size_t below(std::size_t end) { return random_() % end; }
    octets any(std::size_t size) {
        octets all(size);
        for (byte& b : all) b = static_cast<byte>(random_());
        return all;
    }
    // Pieces of `all` that are split at random places. Some are empty.
    std::vector<bytes> split(bytes all) {
        std::vector<bytes> pieces;
        while (!all.empty() || below(2) != 0) {
            const std::size_t size = below(all.size() + 1);
            pieces.push_back(all.first(size));
            all = all.subspan(size);
        }
        return pieces;
    }

private:
    std::mt19937 random_{8613};
};

struct message {
    octets key, nonce, aad, data;
    std::size_t tag;
};

template <typename Crypto>
octets sealed(message m) {
    m.data.resize(m.data.size() + m.tag);
    Crypto::seal(m.key.data(), m.nonce.data(), m.aad, m.data, m.tag);
    return m.data;
}
template <typename Crypto>
bool opens(message m, octets sealed) {
    if (!Crypto::open(m.key.data(), m.nonce.data(), m.aad, sealed, m.tag)) return false;
    sealed.resize(sealed.size() - m.tag);
    return sealed == m.data;
}

TEST_F(crypto_differential, messages) {
    for (int round = 0; round < rounds; ++round) {
        const message m{any(16), any(13), any(below(80)), any(below(1'301)), below(2) == 0 ? 8U : 16U};
        octets data = sealed<bearssl::crypto>(m);
        ASSERT_EQ(data, sealed<bearssl::small_crypto>(m)) << round;
        ASSERT_EQ(data, sealed<psa::crypto>(m)) << round;
        ASSERT_TRUE(opens<bearssl::crypto>(m, data)) << round;
        ASSERT_TRUE(opens<bearssl::small_crypto>(m, data)) << round;
        ASSERT_TRUE(opens<psa::crypto>(m, data)) << round;
        data[below(data.size())] ^= static_cast<byte>(1 << below(8));
        ASSERT_FALSE(opens<bearssl::crypto>(m, data)) << round;
        ASSERT_FALSE(opens<bearssl::small_crypto>(m, data)) << round;
        ASSERT_FALSE(opens<psa::crypto>(m, data)) << round;
    }
}

TEST_F(crypto_differential, hashes_and_macs) {
    for (int round = 0; round < rounds; ++round) {
        const octets key = any(below(150)), all = any(below(400));
        octets a(32), b(32);
        bearssl::crypto::hash(split(all), a.data());
        psa::crypto::hash(split(all), b.data());
        ASSERT_EQ(a, b) << round;
        bearssl::crypto::hmac(key, split(all), a.data());
        psa::crypto::hmac(key, split(all), b.data());
        ASSERT_EQ(a, b) << round;
    }
}

TEST_F(crypto_differential, keys) {
    for (int round = 0; round < rounds / 4; ++round) {
        const octets salt = any(below(80)), secret = any(below(80)), info = any(below(80));
        octets a(32), b(32), from_a(below(200)), from_b(from_a.size());
        security::hkdf_extract<bearssl::crypto>(salt, secret, a.data());
        security::hkdf_extract<psa::crypto>(salt, secret, b.data());
        ASSERT_EQ(a, b) << round;
        security::hkdf_expand<bearssl::crypto>(a, {info, secret}, from_a);
        security::hkdf_expand<psa::crypto>(b, {info, secret}, from_b);
        ASSERT_EQ(from_a, from_b) << round;
    }
}

}  // namespace
}  // namespace mincoap
