#include <gtest/gtest.h>

#include <mincoap/server/hooks.hpp>

namespace mincoap {
namespace {

TEST(hooks, expect_no_response) { static_assert(!hooks::on_response({}, {})); }

TEST(counters, count_each_outcome_by_itself) {
    counters count;
    for (std::size_t i = 0; i < outcome_count; ++i)
        for (std::size_t times = 0; times <= i; ++times) count.on_outcome(static_cast<outcome>(i));
    for (std::size_t i = 0; i < outcome_count; ++i) EXPECT_EQ(count[static_cast<outcome>(i)], i + 1);
}

TEST(counters, have_room_for_every_outcome) {
    static_assert(outcome_count == static_cast<std::size_t>(outcomes::limited) + 1);
}

TEST(counters, wrap_around) {
    counters count;
    count.by_outcome[0] = 0xffff'ffff;
    count.on_outcome(outcomes::served);
    EXPECT_EQ(count[outcomes::served], 0U);
}

TEST(outcome, begins_with_the_errors_of_parsing) {
    using message::parse_error;
    static_assert(static_cast<outcome>(parse_error::too_short) == outcomes::too_short);
    static_assert(static_cast<outcome>(parse_error::unknown_version) == outcomes::unknown_version);
    static_assert(static_cast<outcome>(parse_error::format) == outcomes::malformed);
}

}  // namespace
}  // namespace mincoap
