// The limit on responses to unconfirmed addresses.
#include <mincoap/layer/flood_limit.hpp>

#include "../../support/exchange.hpp"
#include "../../support/guard.hpp"

namespace mincoap::test {
namespace {

// ---- the bucket

// Returns the number of tokens that are available at once.
template <typename Limit>
constexpr std::uint32_t take_all(Limit& limit, std::uint32_t now_ms) {
    std::uint32_t count = 0;
    for (; limit.has_token(now_ms); ++count) limit.take_token();
    return count;
}

TEST(flood_limit, keeps_eight_bytes) { static_assert(sizeof(flood_limit<20, 100>) == 8); }

TEST(flood_limit, is_full_at_the_start_whatever_the_time) {
    for (const std::uint32_t start : {0U, 1U, 0x7fff'ffffU, 0xffff'ffffU}) {
        flood_limit<20, 100> limit;
        EXPECT_EQ(take_all(limit, start), 100U) << start;
    }
    constexpr std::uint32_t count = [] {
        flood_limit<20, 100> limit;
        return take_all(limit, 5);
    }();
    static_assert(count == 100);
}

TEST(flood_limit, gives_a_token_back_each_so_many_milliseconds) {
    flood_limit<20, 3> limit;
    take_all(limit, 1000);
    EXPECT_FALSE(limit.has_token(1049));
    EXPECT_TRUE(limit.has_token(1050));
    EXPECT_EQ(take_all(limit, 1099), 1U);
    EXPECT_EQ(take_all(limit, 1100), 1U) << "the remaining time is not lost";
    EXPECT_EQ(take_all(limit, 1249), 2U);
    EXPECT_EQ(take_all(limit, 1400), 3U) << "and no more than that";
}

// Rates whose period is not a whole number of milliseconds, one of them above one token per millisecond.
TEST(flood_limit, keeps_its_rate_however_often_it_is_asked) {
    const auto given_in = [](auto limit, std::uint32_t duration_ms, std::uint32_t step_ms) {
        take_all(limit, 0);
        std::uint32_t count = 0;
        for (std::uint32_t now = step_ms; now <= duration_ms; now += step_ms) count += take_all(limit, now);
        return count;
    };
    for (const std::uint32_t step_ms : {1U, 2U, 5U, 10U}) {
        EXPECT_EQ(given_in(flood_limit<7, 10>{}, 10'000, step_ms), 70U) << step_ms;
        EXPECT_EQ(given_in(flood_limit<3000, 100>{}, 1000, step_ms), 3000U) << step_ms;
    }
    EXPECT_EQ(given_in(flood_limit<1, 1>{}, 10'000, 1), 10U);
}

// No pause causes an overflow. It adds the tokens that its duration allows, up to a full bucket.
TEST(flood_limit, brings_no_fewer_tokens_after_a_longer_pause) {
    const auto after = [](auto limit, std::uint32_t start_ms, std::uint32_t pause_ms) {
        take_all(limit, start_ms);
        return take_all(limit, start_ms + pause_ms);
    };
    for (const std::uint32_t start : {0U, 0xffff'ff00U}) {
        std::uint32_t last = 0, last_large = 0;
        for (std::uint64_t pause = 0; pause <= 0xffff'ffff; pause = pause < 20'000 ? pause + 97 : pause * 3) {
            const auto ms = static_cast<std::uint32_t>(pause);
            const std::uint32_t tokens = after(flood_limit<20, 100>{}, start, ms);
            EXPECT_EQ(tokens, std::min<std::uint64_t>(pause / 50, 100)) << pause;
            EXPECT_GE(tokens, last);
            last = tokens;
            const std::uint32_t large = after(flood_limit<1, 1'000'000>{}, start, ms);
            EXPECT_EQ(large, std::min<std::uint64_t>(pause / 1000, 1'000'000)) << pause;
            EXPECT_GE(large, last_large);
            last_large = large;
        }
        EXPECT_EQ(last, 100U);
        EXPECT_EQ(after(flood_limit<20, 100>{}, start, 0xffff'ffff), 100U);
        EXPECT_EQ(after(flood_limit<20, 100>{}, start, 214'748'365), 100U) << "20 times that is 4 above 2^32";
        EXPECT_EQ(after(flood_limit<1'000'000, 1'000'000>{}, start, 4295), 1'000'000U) << "above 2^32";
        EXPECT_EQ(after(flood_limit<1'000'000, 1'000'000>{}, start, 999), 999'000U);
        EXPECT_EQ(after(flood_limit<1'000'000, 1'000'000>{}, start, 0xffff'ffff), 1'000'000U);
    }
}

TEST(flood_limit, takes_a_pause_of_a_whole_turn_of_the_clock_for_none) {
    flood_limit<20, 100> limit;
    take_all(limit, 1000);
    EXPECT_FALSE(limit.has_token(1000)) << "2^32 ms later";
    EXPECT_TRUE(limit.has_token(1050));
    EXPECT_EQ(take_all(limit, 1000 + 5000 + 50), 100U);
}

TEST(flood_limit, gives_nothing_back_while_the_clock_stands_still) {
    flood_limit<20, 2> limit;
    EXPECT_EQ(take_all(limit, 0), 2U);
    for (int i = 0; i < 1000; ++i) ASSERT_FALSE(limit.has_token(0));
}

// ---- in the server

using limit = flood_limit<1, 2>;

constexpr auto site = routes(at<"small">(for_groups(text("ok"))), at<"large">(text(large)));

using limited_server = core<decltype(site), limit>;
using guarded_server = core<decltype(site), guard<>, limit>;

// Empties the bucket. Returns the number of responses until then.
template <typename Server>
int exhaust(Server& s) {
    int answered = 0;
    while (s.said(ask{code::get, "small"}) != "silence") ++answered;
    return answered;
}

TEST(flood_limit_in_server, is_quiet_under_flood) {
    limited_server s{site};
    EXPECT_EQ(exhaust(s), 2);
    EXPECT_EQ(s[outcomes::limited], 1U);
    EXPECT_EQ(s[outcomes::served], 2U);
    EXPECT_EQ(s.said(ask{code::get, "small"}.non()), "silence");
    EXPECT_EQ(s.said(ask{code::get, "small"}.non(), multicast()), "silence");
    EXPECT_EQ(s[outcomes::limited], 3U);
    EXPECT_NE(s.answer(ask{code::get, "small"}, unicast(), 1000).size(), 0U) << "a second later";
    EXPECT_EQ(s.answer(ask{code::get, "small"}, unicast(), 1999).size(), 0U);
}

TEST(flood_limit_in_server, calls_no_handler_for_what_it_drops) {
    core<unreachable_handler, limit> s{unreachable};
    s.said("40 00 00 01");
    s.said("40 00 00 01");
    EXPECT_EQ(s.said(ask{code::post, "small"}), "silence");
    EXPECT_EQ(s[outcomes::limited], 1U);
}

// Each kind of response takes a token.
TEST(flood_limit_in_server, takes_a_token_for_whatever_is_sent) {
    for (const packet& datagram : {packet{"40 00 12 34"},                     // a ping
                                   packet{"40 01 12 34 f0"},                  // malformed
                                   packet{"40 45 12 34"},                     // an unexpected response
                                   packet{ask{code::get, "nothing"}},         // 4.04
                                   packet{ask{code::get, "small"}.with(9)},   // 4.02
                                   packet{ask{code::get, "small"}.non()}}) {  // 2.05
        limited_server s{site};
        EXPECT_NE(s.answer(datagram).size(), 0U);
        EXPECT_NE(s.answer(datagram).size(), 0U);
        EXPECT_EQ(s[outcomes::limited], 0U);
        EXPECT_EQ(s.answer(datagram).size(), 0U);
        EXPECT_EQ(s[outcomes::limited], 1U);
    }
}

TEST(flood_limit_in_server, takes_a_token_for_a_challenge) {
    guarded_server s{site};
    EXPECT_EQ(s.said(ask{code::get, "large"}), "4.01");
    EXPECT_EQ(s.said(ask{code::get, "large"}), "4.01");
    EXPECT_EQ(s.said(ask{code::get, "large"}), "silence");
    EXPECT_EQ(s[outcomes::challenged], 2U);
    EXPECT_EQ(s[outcomes::limited], 1U);
}

constexpr std::array never_answered{
    "",
    "40",
    "80 01 00 01",     // no message of this version
    "50 01 12 34 f0",  // malformed, Non-confirmable
    "60 00 12 34",
    "70 00 12 34"  // Acknowledgement, Reset
};

TEST(flood_limit_in_server, takes_no_token_for_silence) {
    limited_server s{site};
    for (int round = 0; round < 3; ++round) {
        for (const char* datagram : never_answered) EXPECT_EQ(s.said(datagram), "silence") << datagram;
        EXPECT_EQ(s.said(ask{code::get, "nothing"}.non(), multicast()), "silence");
        EXPECT_EQ(s.said(ask{code::get, "small"}, multicast()), "silence");
        EXPECT_EQ(s.said(ask{code::get, "small"}.non().with(9)), "silence");
    }
    EXPECT_EQ(s[outcomes::limited], 0U);
    EXPECT_EQ(exhaust(s), 2);
}

inline constexpr outcome taken = outcome::named<"taken">();

// Consumes each response.
struct expecting {
    int told = 0;
    std::size_t receive(exchange& x, auto next) {
        if (!is_response_or_ack(x)) return next(x);
        ++told;
        return next.note(x, taken), acknowledge(x);
    }
};

// The counters count such messages by their kind. A layer that consumes responses still receives them.
TEST(flood_limit_in_server, drops_nothing_that_is_never_answered) {
    core<decltype(site), limit, expecting> s{site};
    exhaust(s);
    EXPECT_EQ(s.said("60 00 12 34"), "silence");
    EXPECT_EQ(s.said("70 00 12 34"), "silence");
    EXPECT_EQ(s.said("60 45 12 34"), "silence");
    EXPECT_EQ(s.said("50 45 12 34"), "silence");
    EXPECT_EQ(s.layer<expecting>().told, 4);
    EXPECT_EQ(s[taken], 4U);
    for (const char* datagram : never_answered) s.said(datagram);
    EXPECT_EQ(s[outcomes::too_short], 2U);
    EXPECT_EQ(s[outcomes::unknown_version], 1U);
    EXPECT_EQ(s[outcomes::malformed], 1U);
    EXPECT_EQ(s.said("40 00 12 34", multicast()), "silence");
    EXPECT_EQ(s[outcomes::ping], 1U) << "which is not answered by multicast";
    EXPECT_EQ(s[outcomes::limited], 1U);

    EXPECT_EQ(s.said("40 45 12 34"), "silence") << "the server would acknowledge it, and its sender repeats it";
    EXPECT_EQ(s.layer<expecting>().told, 6) << "the two of the list, and not this one";
}

TEST(flood_limit_in_server, never_limits_who_is_confirmed) {
    guarded_server s{site};
    const packet challenge = s.answer(ask{code::get, "large"});
    const packet echo{challenge.view().last(8)};
    exhaust(s);
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(s.said(ask{code::get, "large"}.with(252, echo)), "2.05 ct=0: " + std::string{large});
    EXPECT_EQ(s.said(ask{code::get, "small"}), "silence") << "an unconfirmed request is still limited";
}

TEST(flood_limit_in_server, takes_no_token_from_who_is_confirmed) {
    core<decltype(site), guard<trusts_loopback>, limit> s{site};
    net::arrival trusted = unicast();
    trusted.route.remote = net::ipv4(127, 0, 0, 1, 40000);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(s.said(ask{code::get, "small"}, trusted), "2.05 ct=0: ok");
    EXPECT_EQ(s.said("40 00 00 01", trusted), "reset");
    EXPECT_EQ(exhaust(s), 2);
    EXPECT_EQ(s.said("40 00 00 01", trusted), "reset");
    EXPECT_EQ(s.said("40 01 00 01 f0", trusted), "reset");
}

TEST(flood_limit_in_server, limits_what_was_cut) {
    limited_server s{site, 16};
    const packet cut = packet{ask{code::post, "small"}} + filler(20);
    EXPECT_EQ(s.said(cut), "4.13");
    EXPECT_EQ(s.said(cut), "4.13");
    EXPECT_EQ(s.said(cut), "silence");
    EXPECT_EQ(s[outcomes::truncated], 2U);
    EXPECT_EQ(s[outcomes::limited], 1U);
}

TEST(flood_limit_in_server, is_a_layer_like_any_other) {
    net::loopback<> socket;
    counters counted;
    mincoap::server s{socket, site, unguarded{}, flood_limit<20, 1>{}, counted};
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(socket.deliver(packet{ask{code::get, "small"}}.view(), unicast()));
    EXPECT_EQ(s.poll(0), poll_result::served);
    EXPECT_EQ(s.poll(0), poll_result::ignored);
    EXPECT_EQ(counted[outcomes::limited], 1U);
}

}  // namespace
}  // namespace mincoap::test
