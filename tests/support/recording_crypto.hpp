// A cipher for tests that remembers each key and nonce of a test run, and fails if a pair seals two
// plaintexts.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "reference_crypto.hpp"

namespace mincoap::test {

struct recording_crypto : reference_crypto {
    static void seal(const byte* key16, const byte* nonce13, bytes aad, mutable_bytes data_and_tag, std::size_t tag) {
        std::vector<byte> pair(key16, key16 + security::aead_key_size);
        pair.insert(pair.end(), nonce13, nonce13 + security::nonce_size);
        const bytes plaintext = data_and_tag.first(data_and_tag.size() - tag);
        std::vector<byte> text(aad.begin(), aad.end());
        text.push_back(0xff);
        text.insert(text.end(), plaintext.begin(), plaintext.end());
        const auto [place, is_new] = used().try_emplace(std::move(pair), text);
        EXPECT_TRUE(is_new || place->second == text) << "two plaintexts are sealed under one nonce";
        reference_crypto::seal(key16, nonce13, aad, data_and_tag, tag);
    }

    // How many pairs have sealed a message.
    static std::size_t sealed() { return used().size(); }

private:
    static std::map<std::vector<byte>, std::vector<byte>>& used() {
        static std::map<std::vector<byte>, std::vector<byte>> all;
        return all;
    }
};
static_assert(security::crypto<recording_crypto>);

}  // namespace mincoap::test
