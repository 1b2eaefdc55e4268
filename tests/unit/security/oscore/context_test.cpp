// Security contexts (RFC 8613 §3), against appendix C.1 to C.3.
#include <mincoap/security/oscore/context.hpp>

#include <cstring>

#include <gtest/gtest.h>

#include "vectors.hpp"

namespace mincoap::security::oscore {
namespace {

using mincoap::test::filler;
using test::derivation;
using test::derivations;
using test::packet;
using test::reference_crypto;

packet info_of(bytes id, bytes id_context, const detail::output& what) {
    return packet{detail::info{id, id_context, what}.value()};
}

TEST(oscore_context, has_the_infos_of_appendix_c) {
    for (const derivation& d : derivations) {
        SCOPED_TRACE(d.section);
        const bytes id_context = d.has_id_context ? test::id_context.view() : bytes{};
        EXPECT_EQ(info_of(d.sender_id, id_context, detail::key), d.sender_info);
        EXPECT_EQ(info_of(d.recipient_id, id_context, detail::key), d.recipient_info);
        EXPECT_EQ(info_of({}, id_context, detail::iv), d.iv_info);
    }
}

TEST(oscore_context, has_the_keys_of_appendix_c) {
    for (const derivation& d : derivations) {
        SCOPED_TRACE(d.section);
        const context c = d.context_of();
        EXPECT_EQ(packet{bytes{c.sender_key}}, d.sender_key);
        EXPECT_EQ(packet{bytes{c.recipient_key}}, d.recipient_key);
        EXPECT_EQ(packet{bytes{c.common_iv}}, d.common_iv);
        EXPECT_EQ(packet{c.sender_id()}, d.sender_id);
        EXPECT_EQ(packet{c.recipient_id()}, d.recipient_id);
        EXPECT_EQ(c.id_context().data() != nullptr, d.has_id_context);
        EXPECT_EQ(packet{c.id_context()}, d.has_id_context ? test::id_context : packet{});
        EXPECT_EQ(c.state, context_state::ready);
        EXPECT_EQ(c.next_number, 0U);
        EXPECT_EQ(c.window, replay_window{});
    }
}

TEST(oscore_context, tells_an_empty_id_context_from_none) {
    identity of = test::server_of_c1.of();
    of.id_context = bytes{};
    context c;
    derive<reference_crypto>(c, of);
    EXPECT_NE(c.id_context().data(), nullptr);
    EXPECT_TRUE(c.id_context().empty());
    EXPECT_NE(packet{bytes{c.sender_key}}, test::server_of_c1.sender_key);
    EXPECT_EQ(info_of(packet{"01"}, c.id_context(), detail::key), "85 4101 40 0a 634b6579 10");
}

TEST(oscore_context, has_ids_of_up_to_7_bytes_and_an_id_context_of_up_to_8) {
    const packet seven = filler(7, 0xaa);
    const packet eight = filler(8, 0xbb);
    const packet nine = filler(9, 0xbb);
    identity of = test::server_of_c1.of();
    EXPECT_TRUE(is_valid(of));
    of.recipient_id = seven;
    of.id_context = eight.view();
    EXPECT_TRUE(is_valid(of));
    EXPECT_EQ(info_of(seven, eight, detail::key).size(), detail::info::max_size);
    of.recipient_id = eight;
    EXPECT_FALSE(is_valid(of));
    of.recipient_id = seven;
    of.sender_id = eight;
    EXPECT_FALSE(is_valid(of));
    of.sender_id = {};
    EXPECT_TRUE(is_valid(of));
    of.id_context = nine.view();
    EXPECT_FALSE(is_valid(of));
}

TEST(oscore_context, has_two_ids_that_differ) {
    identity of = test::server_of_c1.of();
    of.recipient_id = of.sender_id;
    EXPECT_FALSE(is_valid(of)) << "both directions would have one key";
    of.recipient_id = of.sender_id = {};
    EXPECT_FALSE(is_valid(of));
    const packet longer = "01 00";
    of.sender_id = test::server_of_c1.sender_id;
    of.recipient_id = longer;
    EXPECT_TRUE(is_valid(of));
}

TEST(oscore_context, forgets_the_numbers_of_the_context_before) {
    context c = test::server_of_c2.context_of();
    c.window.accept(77);
    c.next_number = 99;
    c.state = context_state::unsynchronised;
    derive<reference_crypto>(c, test::server_of_c1.of());
    EXPECT_EQ(c.window, replay_window{});
    EXPECT_EQ(c.next_number, 0U);
    EXPECT_EQ(c.state, context_state::ready);
}

TEST(oscore_context, takes_96_bytes_that_are_zero_at_first) {
    static_assert(sizeof(context) == 96);
    static constexpr context none;
    static constexpr std::array<byte, sizeof(context)> zeros{};
    EXPECT_EQ(std::memcmp(&none, zeros.data(), sizeof none), 0) << "a table of them lies in .bss";
}

TEST(oscore_context, has_keys_that_can_be_wiped) {
    context c = test::server_of_c1.context_of();
    detail::wipe(c.sender_key);
    EXPECT_EQ(packet{bytes{c.sender_key}}, filler(16, 0));
}

}  // namespace
}  // namespace mincoap::security::oscore
