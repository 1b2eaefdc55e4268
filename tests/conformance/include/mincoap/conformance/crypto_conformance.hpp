// The contract of security::crypto, as tests that each class for a cipher library must pass. To test your own class,
// write a file such as your_crypto_test.cpp. It includes this header, and instantiates the tests in this namespace:
//
//   namespace mincoap::conformance {
//   INSTANTIATE_TYPED_TEST_SUITE_P(yours, crypto_conformance, your::crypto);
//   }
//
// Compile the file as C++23, and link it with GTest::gtest_main and your library. To test several classes, pass
// ::testing::Types<...> of them. The suite allocates up to 200 KB.
#pragma once

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include <mincoap/conformance/crypto_vectors.hpp>
#include <mincoap/security/hkdf.hpp>

namespace mincoap::conformance {

template <typename Crypto>
class crypto_conformance : public ::testing::Test {
protected:
    static_assert(security::check_crypto<Crypto>());

    static octets joined(octets a, const octets& b) { return a.insert(a.end(), b.begin(), b.end()), a; }

    static octets sealed(const octets& key, const octets& nonce, const octets& aad, octets plaintext, std::size_t tag) {
        plaintext.resize(plaintext.size() + tag, 0xa5);
        Crypto::seal(key.data(), nonce.data(), aad, plaintext, tag);
        return plaintext;
    }
    // The plaintext, or the text "refused".
    static octets opened(const octets& key, const octets& nonce, const octets& aad, octets data, std::size_t tag) {
        if (!Crypto::open(key.data(), nonce.data(), aad, data, tag)) return from_text("refused");
        data.resize(data.size() - tag);
        return data;
    }
    static octets hash(std::span<const bytes> pieces) {
        octets to(security::hash_size);
        Crypto::hash(pieces, to.data());
        return to;
    }
    static octets hash(bytes all) { return hash(std::span{&all, 1}); }
    static octets hmac(bytes key, std::span<const bytes> pieces) {
        octets to(security::hash_size);
        Crypto::hmac(key, pieces, to.data());
        return to;
    }
    static octets hmac(bytes key, bytes all) { return hmac(key, std::span{&all, 1}); }

    static void expect_vector(const ccm_vector& v, std::size_t tag) {
        const octets key = from_hex(v.key), nonce = from_hex(v.nonce), aad = from_hex(v.aad);
        const octets plaintext = from_hex(v.plaintext), expected = from_hex(v.sealed);
        EXPECT_EQ(sealed(key, nonce, aad, plaintext, tag), expected) << v.sealed;
        EXPECT_EQ(opened(key, nonce, aad, expected, tag), plaintext) << v.sealed;
    }

    // Expects that `open` refuses a message if any bit of one of its four inputs is flipped.
    void expect_each_bit_counts(std::size_t tag) {
        octets data = sealed(key, nonce, aad, ascending(37), tag);
        ASSERT_EQ(opened(key, nonce, aad, data, tag), ascending(37));
        for (octets* input : {&data, &aad, &nonce, &key})
            for (std::size_t bit = 0; bit < input->size() * 8; ++bit) {
                const auto mask = static_cast<byte>(1 << bit % 8);
                (*input)[bit / 8] ^= mask;
                EXPECT_EQ(opened(key, nonce, aad, data, tag), refused) << bit;
                (*input)[bit / 8] ^= mask;
            }
        EXPECT_EQ(opened(key, nonce, aad, data, tag), ascending(37));
    }

    octets key = ascending(16);
    octets nonce = sequence(13, 16, 1);
    octets aad = descending(11);
    const octets refused = from_text("refused");
    static constexpr std::size_t tags[2] = {security::tag_size, security::long_tag_size};
};
TYPED_TEST_SUITE_P(crypto_conformance);

// ---- seal and open

TYPED_TEST_P(crypto_conformance, agrees_with_rfc_3610) {
    for (const ccm_vector& v : rfc3610) this->expect_vector(v, 8);
}

TYPED_TEST_P(crypto_conformance, agrees_with_rfc_8613) {
    for (const ccm_vector& v : rfc8613) this->expect_vector(v, 8);
}

TYPED_TEST_P(crypto_conformance, agrees_with_nist_about_the_long_tag) { this->expect_vector(nist_vpt128, 16); }

// Plaintexts and additional data of sizes around the blocks of 16 bytes, and plaintexts up to 1,300 bytes.
TYPED_TEST_P(crypto_conformance, seals_and_opens_each_size) {
    for (const ccm_digests& expected : many_sizes) {
        octets all;
        const auto add = [&](std::size_t size, std::size_t aad_size) {
            const octets longer = descending(aad_size);
            const octets data = this->sealed(this->key, this->nonce, longer, ascending(size), expected.tag);
            EXPECT_EQ(this->opened(this->key, this->nonce, longer, data, expected.tag), ascending(size)) << size;
            all = this->joined(std::move(all), data);
        };
        for (std::size_t size = 0; size <= 50; ++size) add(size, 11);
        for (const std::size_t size : {63U, 64U, 65U, 255U, 256U, 257U}) add(size, 11);
        for (std::size_t size = 1'264; size <= 1'300; ++size) add(size, 11);
        for (std::size_t size = 0; size < 35; ++size) add(20, size);
        for (const std::size_t size : {255U, 256U, 257U}) add(20, size);
        EXPECT_EQ(this->hash(all), from_hex(expected.all_sizes)) << expected.tag;
    }
}

TYPED_TEST_P(crypto_conformance, seals_and_opens_the_largest_sizes) {
    for (const ccm_digests& expected : many_sizes) {
        const octets longest = descending(security::max_aad_size);
        const octets data = this->sealed(this->key, this->nonce, longest, ascending(20), expected.tag);
        EXPECT_EQ(data, from_hex(expected.longest_aad));
        EXPECT_EQ(this->opened(this->key, this->nonce, longest, data, expected.tag), ascending(20));

        const octets plaintext = ascending(security::max_plaintext_size);
        const octets large = this->sealed(this->key, this->nonce, this->aad, plaintext, expected.tag);
        EXPECT_EQ(this->hash(large), from_hex(expected.longest_plaintext));
        EXPECT_EQ(this->opened(this->key, this->nonce, this->aad, large, expected.tag), plaintext);
    }
}

TYPED_TEST_P(crypto_conformance, takes_spans_without_an_address) {
    for (const std::size_t tag : this->tags) {
        octets data(tag);
        TypeParam::seal(this->key.data(), this->nonce.data(), {}, data, tag);
        EXPECT_EQ(data, this->sealed(this->key, this->nonce, {}, {}, tag));
        EXPECT_TRUE(TypeParam::open(this->key.data(), this->nonce.data(), {}, data, tag));
        EXPECT_FALSE(TypeParam::open(this->key.data(), this->nonce.data(), {}, {}, tag));
    }
}

// In the tag, the ciphertext, the additional data, the nonce and the key.
TYPED_TEST_P(crypto_conformance, refuses_each_flipped_bit) {
    for (const std::size_t tag : this->tags) this->expect_each_bit_counts(tag);
}

TYPED_TEST_P(crypto_conformance, refuses_each_flipped_bit_of_a_tag_without_plaintext) {
    for (const std::size_t tag : this->tags) {
        octets data = this->sealed(this->key, this->nonce, this->aad, {}, tag);
        for (std::size_t bit = 0; bit < tag * 8; ++bit) {
            const auto mask = static_cast<byte>(1 << bit % 8);
            data[bit / 8] ^= mask;
            EXPECT_EQ(this->opened(this->key, this->nonce, this->aad, data, tag), this->refused) << bit;
            data[bit / 8] ^= mask;
        }
    }
}

TYPED_TEST_P(crypto_conformance, refuses_a_message_that_was_cut_or_has_more) {
    for (const std::size_t tag : this->tags) {
        const octets data = this->sealed(this->key, this->nonce, this->aad, ascending(20), tag);
        for (std::size_t size = 0; size < data.size(); ++size) {
            const octets cut(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(size));
            EXPECT_EQ(this->opened(this->key, this->nonce, this->aad, cut, tag), this->refused) << size;
        }
        EXPECT_EQ(this->opened(this->key, this->nonce, this->aad, this->joined(data, {0}), tag), this->refused);
    }
}

// The additional data's size counts: its last byte must not be taken for the first of the plaintext.
TYPED_TEST_P(crypto_conformance, refuses_additional_data_that_was_cut_or_has_more) {
    for (const std::size_t tag : this->tags) {
        const octets data = this->sealed(this->key, this->nonce, octets(14), ascending(20), tag);
        for (std::size_t size = 0; size < 40; ++size)
            EXPECT_EQ(this->opened(this->key, this->nonce, octets(size), data, tag) == this->refused, size != 14);
    }
}

TYPED_TEST_P(crypto_conformance, refuses_a_tag_of_another_size) {
    const octets data = this->sealed(this->key, this->nonce, this->aad, ascending(20), 16);
    EXPECT_EQ(this->opened(this->key, this->nonce, this->aad, data, 8), this->refused);
    const octets cut(data.begin(), data.end() - 8);
    EXPECT_EQ(this->opened(this->key, this->nonce, this->aad, cut, 8), this->refused);
}

// `open` leaves the message unspecified, but never writes beside it.
TYPED_TEST_P(crypto_conformance, writes_to_the_message_only) {
    for (const std::size_t tag : this->tags)
        for (std::size_t size = 0; size <= 33; ++size) {
            octets memory(size + tag + 32, 0xa5);
            const mutable_bytes data = mutable_bytes{memory}.subspan(16, size + tag);
            const auto expect_untouched = [&] {
                EXPECT_EQ(octets(memory.begin(), memory.begin() + 16), octets(16, 0xa5));
                EXPECT_EQ(octets(memory.end() - 16, memory.end()), octets(16, 0xa5));
            };
            TypeParam::seal(this->key.data(), this->nonce.data(), this->aad, data, tag);
            expect_untouched();
            const octets message{data.begin(), data.end()};
            EXPECT_TRUE(TypeParam::open(this->key.data(), this->nonce.data(), this->aad, data, tag));
            expect_untouched();
            std::copy(message.begin(), message.end(), data.begin());
            data[size + tag - 1] ^= 1;
            EXPECT_FALSE(TypeParam::open(this->key.data(), this->nonce.data(), this->aad, data, tag));
            expect_untouched();
        }
}

TYPED_TEST_P(crypto_conformance, takes_unaligned_memory) {
    const octets expected = this->sealed(this->key, this->nonce, this->aad, ascending(40), 8);
    for (std::size_t shift = 0; shift < 8; ++shift) {
        const octets gap(shift);
        const octets moved_key = this->joined(gap, this->key), moved_nonce = this->joined(gap, this->nonce);
        const octets aad_behind_gap = this->joined(gap, this->aad);
        octets memory = this->joined(gap, ascending(48));
        const mutable_bytes data = mutable_bytes{memory}.subspan(shift);
        const bytes moved_aad = bytes{aad_behind_gap}.subspan(shift);
        TypeParam::seal(moved_key.data() + shift, moved_nonce.data() + shift, moved_aad, data, 8);
        EXPECT_EQ(octets(data.begin(), data.end()), expected);
        EXPECT_TRUE(TypeParam::open(moved_key.data() + shift, moved_nonce.data() + shift, moved_aad, data, 8));
        EXPECT_EQ(octets(data.begin(), data.end() - 8), ascending(40));
        EXPECT_EQ(this->hash(data.first(40)), this->hash(ascending(40)));
    }
}

TYPED_TEST_P(crypto_conformance, keeps_nothing_between_two_calls) {
    const octets other_key = descending(16);
    const octets data = this->sealed(this->key, this->nonce, this->aad, ascending(20), 8);
    const octets other = this->sealed(other_key, this->nonce, this->aad, ascending(20), 8);
    EXPECT_NE(data, other);
    // More rounds than a library has slots for keys.
    for (int round = 0; round < 100; ++round) {
        ASSERT_EQ(this->opened(other_key, this->nonce, this->aad, data, 8), this->refused);
        ASSERT_EQ(this->opened(this->key, this->nonce, this->aad, data, 8), ascending(20));
        ASSERT_EQ(this->opened(this->key, this->nonce, this->aad, octets(5), 8), this->refused);
        ASSERT_EQ(this->sealed(other_key, this->nonce, this->aad, ascending(20), 8), other);
    }
}

// ---- hash, hmac, and HKDF on top

TYPED_TEST_P(crypto_conformance, hashes_as_fips_180_4_says) {
    for (const hash_vector& v : fips180) EXPECT_EQ(this->hash(from_text(v.text)), from_hex(v.hash)) << v.text;
    const octets part(1'000, 'a');
    EXPECT_EQ(this->hash(std::vector<bytes>(1'000, part)), from_hex(million_times_a));
}

TYPED_TEST_P(crypto_conformance, hashes_each_size) {
    octets all;
    for (std::size_t size = 0; size <= 200; ++size) all = this->joined(std::move(all), this->hash(ascending(size)));
    EXPECT_EQ(this->hash(all), from_hex(hashes_of_200_sizes));
}

TYPED_TEST_P(crypto_conformance, makes_the_macs_of_rfc_4231) {
    for (const hmac_vector& v : rfc4231()) {
        octets mac = this->hmac(v.key, v.data);
        mac.resize(v.mac.size() / 2);
        EXPECT_EQ(mac, from_hex(v.mac));
    }
}

TYPED_TEST_P(crypto_conformance, makes_macs_with_keys_of_each_size) {
    octets all;
    for (std::size_t size = 0; size <= 200; ++size)
        all = this->joined(std::move(all), this->hmac(descending(size), ascending(size)));
    EXPECT_EQ(this->hash(all), from_hex(hmacs_of_200_sizes));
}

TYPED_TEST_P(crypto_conformance, takes_pieces_that_are_split_anywhere) {
    const octets data = ascending(150);
    const bytes all = data;
    for (std::size_t first = 0; first <= all.size(); ++first)
        for (const std::size_t second : {std::size_t{0}, std::size_t{1}, (all.size() - first) / 2}) {
            if (second > all.size() - first) continue;
            const bytes pieces[] = {all.first(first), {}, all.subspan(first, second), all.subspan(first + second)};
            EXPECT_EQ(this->hash(pieces), this->hash(all)) << first;
            EXPECT_EQ(this->hmac(this->key, pieces), this->hmac(this->key, all)) << first;
        }
    EXPECT_EQ(this->hash(std::span<const bytes>{}), from_hex(fips180[0].hash));
    EXPECT_EQ(this->hmac({}, std::span<const bytes>{}), this->hmac(octets(32), bytes{}));
}

TYPED_TEST_P(crypto_conformance, writes_a_hash_over_its_own_input) {
    octets memory = ascending(40);
    bytes piece = memory;
    TypeParam::hash({&piece, 1}, memory.data());
    EXPECT_EQ(octets(memory.begin(), memory.begin() + 32), this->hash(ascending(40)));
    EXPECT_EQ(octets(memory.begin() + 32, memory.end()), sequence(8, 32, 1));

    memory = ascending(40);
    piece = memory;
    TypeParam::hmac(this->key, {&piece, 1}, memory.data());
    EXPECT_EQ(octets(memory.begin(), memory.begin() + 32), this->hmac(this->key, ascending(40)));

    for (const std::size_t size : {32U, 64U, 80U}) {  // the key, also one that is hashed first
        memory = ascending(size);
        piece = this->aad;
        TypeParam::hmac(memory, {&piece, 1}, memory.data());
        EXPECT_EQ(octets(memory.begin(), memory.begin() + 32), this->hmac(ascending(size), this->aad)) << size;
    }
}

TYPED_TEST_P(crypto_conformance, makes_the_keys_of_rfc_5869) {
    for (const hkdf_vector& v : rfc5869()) {
        octets prk(32), made(v.key.size() / 2);
        security::hkdf_extract<TypeParam>(v.salt, v.secret, prk.data());
        EXPECT_EQ(prk, from_hex(v.prk));
        security::hkdf_expand<TypeParam>(prk, {v.info}, made);
        EXPECT_EQ(made, from_hex(v.key));
    }
}

REGISTER_TYPED_TEST_SUITE_P(crypto_conformance, agrees_with_rfc_3610, agrees_with_rfc_8613,
                            agrees_with_nist_about_the_long_tag, seals_and_opens_each_size,
                            seals_and_opens_the_largest_sizes, takes_spans_without_an_address, refuses_each_flipped_bit,
                            refuses_each_flipped_bit_of_a_tag_without_plaintext,
                            refuses_a_message_that_was_cut_or_has_more,
                            refuses_additional_data_that_was_cut_or_has_more, refuses_a_tag_of_another_size,
                            writes_to_the_message_only, takes_unaligned_memory, keeps_nothing_between_two_calls,
                            hashes_as_fips_180_4_says, hashes_each_size, makes_the_macs_of_rfc_4231,
                            makes_macs_with_keys_of_each_size, takes_pieces_that_are_split_anywhere,
                            writes_a_hash_over_its_own_input, makes_the_keys_of_rfc_5869);

}  // namespace mincoap::conformance
