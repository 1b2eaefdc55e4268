#include <mincoap/posix/clock.hpp>
#include <mincoap/posix/entropy.hpp>

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

namespace mincoap::posix {
namespace {

TEST(posix_clock, goes_forward_by_milliseconds) {
    const std::uint32_t before = now_ms();
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    const std::uint32_t passed = now_ms() - before;
    EXPECT_GE(passed, 19U);
    EXPECT_LT(passed, 20'000U);
}

TEST(posix_entropy, has_another_key_each_time) {
    EXPECT_NE(random_key(), random_key());
    EXPECT_NE(random_key()[0], random_key()[1]);
}

}  // namespace
}  // namespace mincoap::posix
