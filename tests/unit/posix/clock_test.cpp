#include <mincoap/posix/clock.hpp>

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

TEST(posix_clock, goes_forward_by_microseconds) {
    const std::uint32_t before = now_us();
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
    const std::uint32_t passed = now_us() - before;
    EXPECT_GE(passed, 2000U);
    EXPECT_LT(passed, 20'000'000U);
}

}  // namespace
}  // namespace mincoap::posix
