// The replay window (RFC 8613 §7.4).
#include <mincoap/security/oscore/replay_window.hpp>

#include <set>

#include <gtest/gtest.h>

namespace mincoap::security::oscore {
namespace {

constexpr std::uint64_t last = (std::uint64_t{1} << 40) - 1;

TEST(replay_window, takes_each_number_once) {
    replay_window window;
    for (const std::uint64_t number : {0U, 1U, 5U, 3U, 2U, 4U, 40U, 9U}) {
        EXPECT_TRUE(window.is_new(number)) << number;
        window.accept(number);
        EXPECT_FALSE(window.is_new(number)) << number;
    }
    for (const std::uint64_t number : {0U, 1U, 2U, 3U, 4U, 5U, 9U, 40U}) EXPECT_FALSE(window.is_new(number)) << number;
    for (const std::uint64_t number : {10U, 39U, 41U}) EXPECT_TRUE(window.is_new(number)) << number;
}

TEST(replay_window, takes_zero_first) {
    constexpr replay_window window;
    static_assert(window.is_new(0));
    static_assert(window.is_new(last));
}

TEST(replay_window, reaches_31_numbers_below_the_highest) {
    replay_window window;
    window.accept(100);
    EXPECT_TRUE(window.is_new(69));
    EXPECT_FALSE(window.is_new(68));
    window.accept(69);
    EXPECT_FALSE(window.is_new(69));
    window.accept(101);
    EXPECT_FALSE(window.is_new(69)) << "below the window";
    EXPECT_FALSE(window.is_new(100));
    EXPECT_TRUE(window.is_new(70));
}

TEST(replay_window, moves_by_more_than_its_size) {
    for (const std::uint64_t ahead : {31U, 32U, 33U, 1000U}) {
        replay_window window;
        window.accept(7);
        window.accept(7 + ahead);
        EXPECT_FALSE(window.is_new(7)) << ahead;
        EXPECT_FALSE(window.is_new(7 + ahead)) << ahead;
        EXPECT_TRUE(window.is_new(7 + ahead - 1)) << ahead;
    }
    replay_window window;
    window.accept(0);
    window.accept(last);
    EXPECT_FALSE(window.is_new(0));
    EXPECT_TRUE(window.is_new(last - 31));
    EXPECT_FALSE(window.is_new(last - 32));
}

TEST(replay_window, can_start_at_a_number) {
    replay_window window;
    window.accept(500);
    window.start_at(100);
    EXPECT_FALSE(window.is_new(100));
    EXPECT_FALSE(window.is_new(99));
    EXPECT_FALSE(window.is_new(0));
    EXPECT_TRUE(window.is_new(101));
    window.accept(103);
    EXPECT_TRUE(window.is_new(102));
    EXPECT_FALSE(window.is_new(99));
}

TEST(replay_window, agrees_with_a_set_of_all_numbers) {
    replay_window window;
    std::set<std::uint64_t> accepted;
    std::uint32_t random = 1;
    std::uint64_t highest = 0;
    for (int i = 0; i < 20'000; ++i) {
        random = random * 1'664'525 + 1'013'904'223;
        const std::uint64_t ahead = highest + (random >> 24) % 48;
        const std::uint64_t number = ahead < 40 ? 0 : ahead - 40;
        const bool is_reached = number > highest || highest - number < replay_window::size;
        ASSERT_EQ(window.is_new(number), is_reached && !accepted.contains(number)) << number;
        if (!window.is_new(number)) continue;
        window.accept(number);
        accepted.insert(number);
        highest = std::max(highest, number);
    }
    EXPECT_GT(accepted.size(), 2000U);
}

}  // namespace
}  // namespace mincoap::security::oscore
