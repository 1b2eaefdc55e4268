// Counters for the outcomes of datagrams.
#include <mincoap/layer/counters.hpp>

#include <vector>

#include "../../support/exchange.hpp"

namespace mincoap::test {
namespace {

constexpr auto site = routes(at<"a">(text("A")));

constexpr outcome all_of_the_servers[]{
    outcomes::served,          outcomes::refused,    outcomes::too_short, outcomes::unknown_version,
    outcomes::malformed,       outcomes::truncated,  outcomes::ping,      outcomes::unwanted,
    outcomes::reply_too_large, outcomes::bad_option, outcomes::unsaid};

TEST(counters, count_each_outcome_by_itself) {
    counters counted;
    for (std::size_t i = 0; i < std::size(all_of_the_servers); ++i)
        for (std::size_t times = 0; times <= i; ++times) counted.count(all_of_the_servers[i]);
    for (std::size_t i = 0; i < std::size(all_of_the_servers); ++i) EXPECT_EQ(counted[all_of_the_servers[i]], i + 1);
}

TEST(counters, begin_at_nothing) {
    constexpr counters counted;
    static_assert(counted.all().empty());
    static_assert(counted[outcomes::served] == 0);
}

TEST(counters, show_what_there_was_the_first_that_came_first) {
    counters counted;
    for (const outcome o : {outcomes::ping, outcomes::served, outcomes::ping, outcomes::limited}) counted.count(o);
    std::vector<std::pair<std::string_view, std::uint32_t>> shown;
    for (const auto& [what, times] : counted.all()) shown.emplace_back(what.name(), times);
    EXPECT_EQ(shown,
              (std::vector<std::pair<std::string_view, std::uint32_t>>{{"ping", 2}, {"served", 1}, {"limited", 1}}));
}

TEST(counters, wrap_around) {
    counters counted;
    counted.count(outcomes::served);
    const_cast<std::uint32_t&>(counted.all().front().times) = 0xffff'ffff;  // counting that far would take an hour
    counted.count(outcomes::served);
    EXPECT_EQ(counted[outcomes::served], 0U);
    EXPECT_EQ(counted.all().size(), 1U) << "the outcome is still known";
}

// Outcomes of the server, of the library's layers, and of a few custom layers.
TEST(counters, have_room_for_every_outcome_and_for_more) {
    static_assert(counters::capacity >= std::size(all_of_the_servers) + 2 + 4);
}

template <std::size_t... Indices>
constexpr auto made_up(std::index_sequence<Indices...>) {
    return std::array{outcome::named<text_literal<3>({'0' + Indices / 10, '0' + Indices % 10, 0})>()...};
}

TEST(counters, count_what_has_no_room_as_others) {
    constexpr auto kinds = made_up(std::make_index_sequence<counters::capacity + 5>{});
    counters counted;
    for (int round = 0; round < 3; ++round)
        for (const outcome o : kinds) counted.count(o);
    ASSERT_EQ(counted.all().size(), counters::capacity);
    for (std::size_t i = 0; i < counters::capacity - 1; ++i) EXPECT_EQ(counted[kinds[i]], 3U) << i;
    EXPECT_EQ(counted.all().back().what.name(), "others");
    EXPECT_EQ(counted.all().back().times, 3U * 6);
    EXPECT_EQ(counted[kinds.back()], 0U);
}

TEST(counters, of_several_layers_count_all) {
    struct log {
        std::vector<outcome>& seen;
        void count(outcome o) { seen.push_back(o); }
    };
    std::vector<outcome> seen;
    counters counted;
    net::loopback<> socket;
    server s{socket, site, log{seen}, unguarded{}, counted};
    for (const char* const datagram : {"40 00 00 01", "40 01 00 02 b1 'a'", "00", "60 00 00 01"})
        ASSERT_TRUE(socket.deliver(packet{datagram}.view(), unicast()));
    while (s.poll(0) != poll_result::idle) {}
    EXPECT_EQ(seen, (std::vector{outcomes::ping, outcomes::served, outcomes::too_short, outcomes::unwanted}));
    for (const outcome o : seen) EXPECT_EQ(counted[o], 1U) << o.name();
}

TEST(counters, can_be_kept_in_the_server) {
    net::loopback<> socket;
    server s{socket, site, unguarded{}, counters{}};
    ASSERT_TRUE(socket.deliver(packet{"40 00 00 01"}.view(), unicast()));
    EXPECT_EQ(s.poll(0), poll_result::served);
    EXPECT_EQ(s.layer<counters>()[outcomes::ping], 1U);
}

TEST(counters, of_several_servers_are_summed) {
    constexpr outcome rare = outcome::named<"rare">();
    counters sum;
    counters other;
    for (int i = 0; i < 2; ++i) sum.count(outcomes::served);
    for (int i = 0; i < 3; ++i) other.count(outcomes::served);
    other.count(rare);
    sum += other;
    EXPECT_EQ(sum[outcomes::served], 5U);
    EXPECT_EQ(sum[rare], 1U);
    EXPECT_EQ(other[outcomes::served], 3U);
}

// ---- Counted outcomes

TEST(outcome, is_known_by_its_name) {
    EXPECT_EQ(outcomes::served.name(), "served");
    EXPECT_EQ(outcome::named<"served">(), outcomes::served);
    EXPECT_NE(outcomes::served, outcomes::refused);
    EXPECT_TRUE(outcome{}.name().empty());
}

TEST(outcomes, differ_from_each_other) {
    std::vector<outcome> all(std::begin(all_of_the_servers), std::end(all_of_the_servers));
    all.push_back(outcomes::challenged);
    all.push_back(outcomes::limited);
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t j = 0; j < all.size(); ++j) EXPECT_EQ(all[i] == all[j], i == j) << all[i].name();
}

}  // namespace
}  // namespace mincoap::test
