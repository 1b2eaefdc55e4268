// Guards with shared keys: a tag of one is valid at another, also while the key is exchanged.
#include <mincoap/layer/echo_guard.hpp>

#include <array>

#include <gtest/gtest.h>

#include "../../support/exchange.hpp"
#include "../../support/guard.hpp"

namespace mincoap::test {
namespace {

using security::shared_keys;

constexpr std::uint64_t noon_ms = 1'764'244'800'000;  // 27 November 2025
constexpr std::uint32_t epoch_ms = 65'536;
constexpr security::key own_key{5, 6, 7, 8};

// Keys of a machine whose clock for `poll` shows `now_ms` at noon.
constexpr shared_keys keys_at(std::uint32_t now_ms, std::uint64_t unix_ms = noon_ms) {
    return {.current = guard_key, .previous = guard_key, .own = own_key, .unix_ms = unix_ms, .now_ms = now_ms};
}

using value = std::array<byte, 8>;

value echo_of(auto& guard, std::uint32_t now_ms, const net::endpoint& remote = client) {
    EXPECT_FALSE(guard.confirms(remote, now_ms, nullptr));
    value echo;
    guard.write_echo(remote, echo.data());
    return echo;
}

TEST(echo_guard_shared, takes_the_option_of_another_machine) {
    const shared_keys here = keys_at(1000), there = keys_at(0xffff'0000);
    echo_guard a{here}, b{there};
    const value echo = echo_of(a, 1000 + 20);
    EXPECT_TRUE(b.confirms(client, 0xffff'0000 + 40, echo.data()));
    net::endpoint other = client;
    other.port ^= 1;
    EXPECT_FALSE(b.confirms(other, 0xffff'0000 + 40, echo.data()));
}

TEST(echo_guard_shared, takes_the_option_after_a_restart) {
    const shared_keys before = keys_at(77), after = keys_at(5, noon_ms + 60'000);
    echo_guard a{before};
    const value echo = echo_of(a, 77);
    echo_guard restarted{after};
    EXPECT_TRUE(restarted.confirms(client, 5, echo.data()));
    const shared_keys late = keys_at(5, noon_ms + 3 * epoch_ms);
    echo_guard too_late{late};
    EXPECT_FALSE(too_late.confirms(client, 5, echo.data()));
}

// The 32 bits of milliseconds have wrapped around since, but the epochs have more.
TEST(echo_guard_shared, takes_no_option_of_49_days_ago) {
    const shared_keys before = keys_at(0), after = keys_at(0, noon_ms + (1ULL << 32));
    echo_guard a{before}, b{after};
    const value echo = echo_of(a, 0);
    EXPECT_TRUE(a.confirms(client, 0, echo.data()));
    EXPECT_FALSE(b.confirms(client, 0, echo.data()));
}

// A machine that has run for 49 days and one that has just started have the same epoch.
TEST(echo_guard_shared, goes_on_when_the_clock_wraps_around) {
    const shared_keys old = keys_at(0);
    echo_guard a{old};
    for (std::uint32_t day = 0; day < 50; ++day) a.confirms(client, day * 86'400'000, nullptr);
    const std::uint64_t later_ms = noon_ms + 50ULL * 86'400'000;
    const value echo = echo_of(a, static_cast<std::uint32_t>(50ULL * 86'400'000));
    const shared_keys young = keys_at(3, later_ms);
    echo_guard b{young};
    EXPECT_TRUE(b.confirms(client, 3, echo.data()));
}

TEST(echo_guard_shared, bears_clocks_that_differ_by_a_minute) {
    for (const std::uint64_t ahead_ms : {1ULL, 1000ULL, 30'000ULL, 60'000ULL}) {
        const shared_keys right = keys_at(0), fast = keys_at(0, noon_ms + ahead_ms);
        echo_guard a{right}, b{fast};
        const value from_right = echo_of(a, 10), from_fast = echo_of(b, 10);
        EXPECT_TRUE(b.confirms(client, 20, from_right.data())) << ahead_ms;
        EXPECT_TRUE(a.confirms(client, 20, from_fast.data())) << ahead_ms;
    }
    const shared_keys right = keys_at(0), wrong = keys_at(0, noon_ms + 10 * epoch_ms);
    echo_guard a{right}, b{wrong};
    EXPECT_FALSE(a.confirms(client, 20, echo_of(b, 10).data()));
}

TEST(echo_guard_shared, takes_the_options_of_two_keys_and_makes_those_of_one) {
    shared_keys keys = keys_at(0);
    echo_guard guard{keys};
    const value old = echo_of(guard, 1);
    keys.current = other_key;
    EXPECT_TRUE(guard.confirms(client, 2, old.data()));
    const value fresh = echo_of(guard, 3);
    EXPECT_NE(fresh, old);
    EXPECT_TRUE(guard.confirms(client, 4, fresh.data()));

    shared_keys behind = keys_at(0);  // a machine that does not have the new key
    echo_guard other{behind};
    EXPECT_FALSE(other.confirms(client, 5, fresh.data()));
    behind.previous = other_key;  // accepts it from now on
    EXPECT_TRUE(other.confirms(client, 6, fresh.data()));
    EXPECT_TRUE(other.confirms(client, 6, old.data()));

    keys.previous = other_key;  // the old key is dropped
    EXPECT_FALSE(guard.confirms(client, 7, old.data()));
    EXPECT_TRUE(guard.confirms(client, 7, fresh.data()));
}

// So a deduplicated request is still known after the key was exchanged.
TEST(echo_guard_shared, makes_the_other_tags_with_a_key_of_its_own) {
    shared_keys keys = keys_at(0);
    echo_guard guard{keys};
    const std::uint64_t duplicate = guard.tag(client, 9, tag_purpose::duplicate);
    const std::uint64_t id = guard.tag(client, 0, tag_purpose::message_id);
    EXPECT_EQ(duplicate, (security::endpoint_tag<security::chaskey>(
                             own_key, client, 9, static_cast<std::uint32_t>(tag_purpose::duplicate))));
    keys.current = keys.previous = other_key;
    EXPECT_EQ(guard.tag(client, 9, tag_purpose::duplicate), duplicate);
    EXPECT_EQ(guard.tag(client, 0, tag_purpose::message_id), id);
}

constexpr auto site = routes(at<"large">(text(large)));

TEST(echo_guard_shared, serves_as_any_guard_does) {
    const shared_keys keys = keys_at(0);
    core<decltype(site), decltype(echo_guard{keys}.preemptive())> s{site, echo_guard{keys}.preemptive()};
    const packet challenge = s.answer(ask{code::get, "large"});
    const auto message = message::view::parse(challenge.view());
    ASSERT_TRUE(message && message->code() == code::unauthorized);
    const packet echo{message->options().find(option::echo)->value};
    EXPECT_EQ(packet{s.answer(ask{code::get, "large"}.with(252, echo)).view().first(2)}, packet{"60 45"});
}

}  // namespace
}  // namespace mincoap::test
