#include <mincoap/posix/entropy.hpp>

#include <gtest/gtest.h>

namespace mincoap::posix {
namespace {

TEST(posix_entropy, makes_another_key_each_time) {
    EXPECT_NE(random_key(), random_key());
    EXPECT_NE(random_key()[0], random_key()[1]);
}

}  // namespace
}  // namespace mincoap::posix
