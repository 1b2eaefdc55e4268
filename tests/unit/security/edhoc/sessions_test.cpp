#include <mincoap/security/edhoc/sessions.hpp>

#include <set>

#include <gtest/gtest.h>

#include <mincoap/security/oscore/contexts.hpp>

#include "../../../support/edhoc_initiator.hpp"

namespace mincoap::security::edhoc {
namespace {

using test::packet;
using test::toy_curve;
using suites = p256_suites<test::reference_crypto, toy_curve>;

constexpr std::uint32_t now = 1000;

class edhoc_sessions : public ::testing::Test {
protected:
    // Opens a session with that C_R.
    auto& open(byte c_r, std::uint32_t now_ms = now) {
        auto& s = table.place();
        EXPECT_FALSE(s.is_open);
        s.c_r = c_r;
        s.y = toy_curve::key_of(5);
        s.prk_3e2m.fill(9);
        table.open(s, now_ms);
        return s;
    }
    auto* find(const packet& c_r, std::uint32_t now_ms = now) { return table.find(c_r, now_ms); }

    // Chooses a C_R; nothing if all are in use.
    std::optional<int> chosen(const packet& c_i = "05") {
        byte c_r = 0xee;
        return table.choose_c_r(c_i, contexts.all(), c_r) ? std::optional<int>{c_r} : std::nullopt;
    }

    sessions<suites, 2> table{};
    oscore::contexts<48> contexts{};
};

TEST_F(edhoc_sessions, takes_at_most_128_bytes_for_a_session_on_any_target) {
    EXPECT_LE(sizeof(sessions<suites, 2>) - sizeof(sessions<suites, 1>), 128U);
}

TEST_F(edhoc_sessions, finds_a_session_by_c_r) {
    auto& a = open(0x05);
    auto& b = open(0x20);
    EXPECT_EQ(find("05"), &a);
    EXPECT_EQ(find("20"), &b);
    EXPECT_EQ(table.size(now), 2U);
    for (const char* other : {"", "06", "0505", "00"}) EXPECT_EQ(find(other), nullptr) << other;
    table.close(a);
    EXPECT_EQ(find("05"), nullptr);
    EXPECT_EQ(table.size(now), 1U);
    EXPECT_EQ(find("00"), nullptr) << "an empty place has zeros";
}

TEST_F(edhoc_sessions, overwrites_the_secrets_of_a_closed_session) {
    auto& s = open(0x05);
    const std::uint32_t before = toy_curve::forgotten;
    table.close(s);
    EXPECT_EQ(toy_curve::forgotten, before + 1);
    EXPECT_EQ(s.prk_3e2m, prk{});
}

TEST_F(edhoc_sessions, keeps_a_session_for_exchange_lifetime) {
    open(0x05);
    EXPECT_NE(find("05", now + session_lifetime_ms), nullptr);
    EXPECT_EQ(find("05", now + session_lifetime_ms + 1), nullptr);
    EXPECT_EQ(table.size(now + session_lifetime_ms), 1U);
    const std::uint32_t before = toy_curve::forgotten;
    EXPECT_EQ(table.size(now + session_lifetime_ms + 1), 0U);
    EXPECT_EQ(toy_curve::forgotten, before + 1) << "its keys have left the memory";
    EXPECT_EQ(table.size(now), 0U);
}

TEST_F(edhoc_sessions, keeps_time_while_the_clock_wraps_around) {
    open(0x05, 0xffff'ff00);
    EXPECT_NE(find("05", 0x100), nullptr);
    EXPECT_EQ(find("05", 0xffff'ff00U + session_lifetime_ms + 1), nullptr);
    open(0x06, 0x50);
    open(0x07, 0x60);
    EXPECT_EQ(find("05", 0x100), nullptr) << "the older one has left";
    EXPECT_NE(find("06", 0x100), nullptr);
}

TEST_F(edhoc_sessions, replaces_the_oldest_session) {
    auto& a = open(0x05, now);
    auto& b = open(0x06, now + 1);
    const std::uint32_t before = toy_curve::forgotten;
    EXPECT_EQ(&open(0x07, now + 2), &a);
    EXPECT_EQ(toy_curve::forgotten, before + 1);
    EXPECT_EQ(&open(0x08, now + 3), &b);
    EXPECT_NE(find("07", now + 3), nullptr);
    EXPECT_NE(find("08", now + 3), nullptr);
}

// Each integer from -24 to 23 in its encoding of one byte, and then the first one again.
TEST_F(edhoc_sessions, chooses_each_c_r_in_turn) {
    std::set<int> found;
    for (unsigned n = 0; n < 48; ++n) {
        const auto c_r = chosen();
        if (!c_r) break;
        EXPECT_TRUE(*c_r <= 0x17 || (*c_r >= 0x20 && *c_r <= 0x37)) << *c_r;
        EXPECT_NE(*c_r, 5) << "C_I";
        found.insert(*c_r);
    }
    EXPECT_EQ(found.size(), 47U);
    EXPECT_EQ(chosen("4105").has_value(), true);
}

TEST_F(edhoc_sessions, does_not_choose_c_i) {
    for (unsigned n = 0; n < 200; ++n) {
        const auto next = sessions<suites, 2>{table};
        const auto c_r = chosen("0102");
        ASSERT_TRUE(c_r);
        table = next;
        packet same;
        same.append(static_cast<byte>(*c_r));
        EXPECT_NE(chosen(same), c_r);
    }
}

TEST_F(edhoc_sessions, does_not_choose_the_c_r_of_a_session) {
    open(0x01);
    open(0x37);
    for (unsigned n = 0; n < 100; ++n) {
        const auto c_r = chosen();
        EXPECT_TRUE(c_r && *c_r != 0x01 && *c_r != 0x37);
    }
}

// Also with an ID Context, which RFC 9668 §4.1 advises against.
TEST_F(edhoc_sessions, chooses_the_last_free_c_r_and_then_none) {
    const packet secret = "00112233445566778899aabbccddeeff";
    const packet id_context = "aa";
    for (unsigned n = 0; n < 48; ++n) {
        EXPECT_TRUE(chosen("")) << n;
        const auto id = static_cast<byte>(n < 24 ? n : n + 8);
        oscore::identity of{.master_secret = secret,
                            .master_salt = {},
                            .sender_id = secret.view().first(7),
                            .recipient_id = {&id, 1},
                            .id_context = std::nullopt};
        if (n % 2 == 0) of.id_context = id_context.view();
        ASSERT_NE(contexts.add<test::reference_crypto>(of), nullptr);
    }
    EXPECT_EQ(chosen(""), std::nullopt);
    contexts.remove(contexts.all()[30]);
    EXPECT_EQ(chosen(""), 38);
    EXPECT_EQ(chosen("26"), std::nullopt) << "it is C_I";
}

}  // namespace
}  // namespace mincoap::security::edhoc
