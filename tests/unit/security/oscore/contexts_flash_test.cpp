// The storage of examples/flash_numbers.hpp, on flash that loses power at any time.
#include <mincoap/security/oscore/contexts.hpp>

#include <vector>

#include <gtest/gtest.h>

#include "../../../../examples/flash_numbers.hpp"
#include "vectors.hpp"

namespace mincoap::security::oscore {
namespace {

struct power_failed {};

// Two pages. Fails at a chosen step: a word that is being written then has a part of its bits, and a
// page that is being erased has a part of its words.
struct simulated_flash {
    static constexpr std::size_t page_words = 8;  // four records

    std::uint32_t word(unsigned page, std::size_t at) const { return words.at(page).at(at); }

    void erase(unsigned page) {
        for (std::uint32_t& w : words.at(page)) step([&](bool is_whole) { w = is_whole ? ~0U : w | random(); });
        ++erased;
    }
    void program(unsigned page, std::size_t at, std::uint32_t value) {
        std::uint32_t& w = words.at(page).at(at);
        step([&](bool is_whole) { w &= is_whole ? value : value | random(); });
    }

    template <typename Change>
    void step(Change change) {
        const bool is_whole = steps_left != 0;
        change(is_whole);
        if (!is_whole) throw power_failed{};
        --steps_left;
    }
    std::uint32_t random() { return state = state * 1'664'525 + 1'013'904'223; }

    std::vector<std::vector<std::uint32_t>> words{2, std::vector<std::uint32_t>(page_words, 0xffff'ffff)};
    std::uint64_t steps_left = ~std::uint64_t{0};
    std::uint32_t state = 1;
    unsigned erased = 0;
};
using numbers_in_flash = example::flash_numbers<simulated_flash>;
static_assert(storage<numbers_in_flash>);

TEST(oscore_flash, has_no_number_at_first) {
    simulated_flash flash;
    numbers_in_flash numbers{flash};
    EXPECT_EQ(numbers.first(), std::nullopt) << "erased flash is not number 0";
    EXPECT_FALSE(numbers.reserve({}, 64));
    EXPECT_EQ(numbers.first(), std::nullopt);
    for (auto& page : flash.words) page.assign(page.size(), 0);
    EXPECT_EQ(numbers.first(), std::nullopt) << "nor are zeros";
}

TEST(oscore_flash, begins_at_0_and_keeps_the_largest_number) {
    simulated_flash flash;
    numbers_in_flash numbers{flash};
    ASSERT_TRUE(numbers.begin());
    EXPECT_EQ(numbers.first(), 0U);
    for (std::uint64_t number = 64; number <= 64 * 40; number += 64) {
        ASSERT_TRUE(numbers.reserve({}, number));
        EXPECT_EQ(numbers_in_flash{flash}.first(), number);
    }
    EXPECT_EQ(flash.erased, 2U + 10U) << "once in four numbers, not at each one";
}

TEST(oscore_flash, writes_nothing_for_a_number_that_is_kept) {
    simulated_flash flash;
    numbers_in_flash numbers{flash};
    ASSERT_TRUE(numbers.begin() && numbers.reserve({}, 640));
    const auto before = flash.words;
    EXPECT_TRUE(numbers.reserve({}, 640));
    EXPECT_TRUE(numbers.reserve({}, 64));
    EXPECT_EQ(flash.words, before);
    EXPECT_EQ(numbers.first(), 640U);
}

TEST(oscore_flash, rounds_up) {
    simulated_flash flash;
    numbers_in_flash numbers{flash};
    ASSERT_TRUE(numbers.begin() && numbers.reserve({}, 65));
    EXPECT_EQ(numbers.first(), 128U);
}

TEST(oscore_flash, has_an_end) {
    simulated_flash flash;
    numbers_in_flash numbers{flash};
    constexpr std::uint64_t end = std::uint64_t{0xffff'fffe} * 64;
    ASSERT_TRUE(numbers.begin() && numbers.reserve({}, end));
    EXPECT_FALSE(numbers.reserve({}, end + 1));
    EXPECT_EQ(numbers.first(), end);
}

TEST(oscore_flash, tells_if_it_is_worn_out) {
    struct worn : simulated_flash {
        void program(unsigned /*page*/, std::size_t /*at*/, std::uint32_t /*value*/) {}
    } flash;
    example::flash_numbers numbers{flash};
    EXPECT_FALSE(numbers.begin());
    EXPECT_EQ(numbers.first(), std::nullopt);
}

// Takes numbers for a context until the power fails. Returns the number behind the last one taken.
std::uint64_t use_until_power_fails(simulated_flash& flash, std::uint64_t from) {
    numbers_in_flash numbers{flash};
    context c;
    c.is_kept = true;
    c.next_number = from;
    try {
        for (std::uint64_t number = 0; take_number(c, numbers, number);) from = number + 1;
    } catch (const power_failed&) {}
    return from;
}

TEST(oscore_flash, uses_no_number_twice_when_the_power_fails_at_any_step) {
    constexpr unsigned most_steps = 60;  // over several pages
    for (unsigned first_failure = 0; first_failure < most_steps; ++first_failure) {
        simulated_flash flash{.state = first_failure};
        ASSERT_TRUE(numbers_in_flash{flash}.begin());
        std::uint64_t used = 0;
        for (unsigned start = 0; start < 20; ++start) {
            const std::optional<std::uint64_t> first = numbers_in_flash{flash}.first();
            ASSERT_TRUE(first.has_value()) << first_failure << ", start " << start;
            ASSERT_GE(*first, used) << first_failure << ", start " << start;
            ASSERT_LE(*first, used + 128) << "they are not wasted";
            flash.steps_left = (first_failure + 7 * start) % most_steps;
            used = use_until_power_fails(flash, *first);
        }
        EXPECT_GT(used, 0U);
    }
}

TEST(oscore_flash, that_fails_while_it_begins_has_no_number_or_0) {
    for (unsigned steps = 0; steps < 2 * simulated_flash::page_words + 2; ++steps) {
        simulated_flash flash{.steps_left = steps, .state = steps};
        try {
            static_cast<void>(numbers_in_flash{flash}.begin());
        } catch (const power_failed&) {}
        EXPECT_EQ(numbers_in_flash{flash}.first().value_or(0), 0U);
        flash.steps_left = ~std::uint64_t{0};
        EXPECT_TRUE(numbers_in_flash{flash}.begin());
    }
}

}  // namespace
}  // namespace mincoap::security::oscore
