#include <mincoap/posix/entropy.hpp>

#include <algorithm>

#include <gtest/gtest.h>

#include <mincoap/security/crypto.hpp>

namespace mincoap::posix {
namespace {

static_assert(security::random_source<random_bytes>);

TEST(posix_entropy, makes_another_key_each_time) {
    EXPECT_NE(random_key(), random_key());
    EXPECT_NE(random_key()[0], random_key()[1]);
}

// getentropy(3) gives 256 bytes at once. A block of equal bytes does not occur by chance.
TEST(posix_entropy, fills_any_number_of_bytes) {
    std::array<std::uint8_t, 1000> all{};
    EXPECT_TRUE(random_bytes::fill(all));
    for (std::size_t at = 0; at < all.size(); at += 256) {
        const auto part = std::span{all}.subspan(at, std::min<std::size_t>(256, all.size() - at));
        EXPECT_TRUE(std::ranges::any_of(part, [&](std::uint8_t b) { return b != part[0]; })) << at;
    }
}

TEST(posix_entropy, fills_no_byte_beyond) {
    std::array<std::uint8_t, 3> all{};
    EXPECT_TRUE(random_bytes::fill(std::span{all}.first(0)));
    EXPECT_TRUE(random_bytes::fill(std::span{all}.subspan(1, 1)));
    EXPECT_EQ(all[0], 0);
    EXPECT_EQ(all[2], 0);
}

}  // namespace
}  // namespace mincoap::posix
