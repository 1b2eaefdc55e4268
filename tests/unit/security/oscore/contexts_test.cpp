// The contexts of a server, and their sequence numbers.
#include <mincoap/security/oscore/contexts.hpp>

#include <cstring>
#include <vector>

#include <gtest/gtest.h>

#include "vectors.hpp"

namespace mincoap::security::oscore {
namespace {

using mincoap::test::filler;
using test::packet;
using cipher = test::reference_crypto;

const packet server_id = "01";

identity peer(const packet& recipient_id, const packet* id_context = nullptr) {
    identity of{.master_secret = test::master_secret,
                .master_salt = test::master_salt,
                .sender_id = server_id,
                .recipient_id = recipient_id,
                .id_context = std::nullopt};
    if (id_context != nullptr) of.id_context = id_context->view();
    return of;
}

const packet a = "aa", b = "bb bb", empty, ours = "c0 01", others = "c0 02";

// The context that a request with these means, by its tag; -1 if there is none.
int found(std::span<context> in, const packet& kid, const packet* kid_context = nullptr) {
    const packet nothing_at_all = "00";
    request_option o;
    o.kid = kid;
    if (kid_context != nullptr)
        o.kid_context = kid_context->size() == 0 ? nothing_at_all.view().first(0) : kid_context->view();
    const context* const c = find(in.data(), in.size(), o);
    return c == nullptr ? -1 : c->tag;
}

TEST(oscore_contexts, are_found_by_kid) {
    contexts<3> peers;
    EXPECT_EQ(found(peers.all(), empty), -1) << "an empty kid is not that of an empty place";
    ASSERT_NE(peers.add<cipher>(peer(a), 1), nullptr);
    ASSERT_NE(peers.add<cipher>(peer(b), 2), nullptr);
    ASSERT_NE(peers.add<cipher>(peer(empty), 3), nullptr);
    EXPECT_EQ(found(peers.all(), a), 1);
    EXPECT_EQ(found(peers.all(), b), 2);
    EXPECT_EQ(found(peers.all(), empty), 3);
    EXPECT_EQ(found(peers.all(), "bb"), -1);
    EXPECT_EQ(found(peers.all(), "aaaaaaaaaaaaaaaa"), -1);
}

TEST(oscore_contexts, are_found_by_kid_context_if_the_request_has_one) {
    contexts<4> peers;
    ASSERT_NE(peers.add<cipher>(peer(a, &ours), 1), nullptr);
    ASSERT_NE(peers.add<cipher>(peer(a, &others), 2), nullptr);
    ASSERT_NE(peers.add<cipher>(peer(b), 3), nullptr);
    EXPECT_EQ(found(peers.all(), a, &ours), 1);
    EXPECT_EQ(found(peers.all(), a, &others), 2);
    EXPECT_EQ(found(peers.all(), a, &a), -1);
    EXPECT_EQ(found(peers.all(), a, &empty), -1);
    EXPECT_EQ(found(peers.all(), a), 1) << "the first one";
    EXPECT_EQ(found(peers.all(), b, &ours), -1) << "this context has none";
    EXPECT_EQ(found(peers.all(), b, &empty), -1) << "and none is not an empty one";
    ASSERT_NE(peers.add<cipher>(peer(a, &empty), 4), nullptr);
    EXPECT_EQ(found(peers.all(), a, &empty), 4);
}

TEST(oscore_contexts, are_not_ambiguous) {
    contexts<4> peers;
    ASSERT_NE(peers.add<cipher>(peer(a)), nullptr);
    EXPECT_EQ(peers.add<cipher>(peer(a)), nullptr);
    EXPECT_EQ(peers.add<cipher>(peer(a, &ours)), nullptr);
    ASSERT_NE(peers.add<cipher>(peer(b, &ours)), nullptr);
    EXPECT_EQ(peers.add<cipher>(peer(b, &ours)), nullptr);
    EXPECT_EQ(peers.add<cipher>(peer(b)), nullptr);
    EXPECT_NE(peers.add<cipher>(peer(b, &others)), nullptr);
}

TEST(oscore_contexts, are_refused_if_invalid_or_too_many) {
    contexts<1> peers;
    EXPECT_EQ(peers.add<cipher>(peer(server_id)), nullptr) << "the client's ID is the server's";
    EXPECT_EQ(peers.add<cipher>(peer(filler(8))), nullptr);
    ASSERT_NE(peers.add<cipher>(peer(a)), nullptr);
    EXPECT_EQ(peers.add<cipher>(peer(b)), nullptr);
}

TEST(oscore_contexts, lose_their_keys_when_they_are_removed) {
    contexts<1> peers;
    context* const first = peers.add<cipher>(peer(a));
    ASSERT_NE(first, nullptr);
    const unsigned generation = first->generation;
    first->next_number = 7;
    peers.remove(*first);
    EXPECT_EQ(found(peers.all(), a), -1);
    EXPECT_EQ(packet{bytes{first->sender_key}}, filler(16, 0));
    EXPECT_EQ(packet{bytes{first->recipient_key}}, filler(16, 0));
    EXPECT_EQ(packet{bytes{first->common_iv}}, filler(13, 0));
    context* const second = peers.add<cipher>(peer(b), 9);
    ASSERT_EQ(second, first) << "the place is free again";
    EXPECT_NE(second->generation, generation);
    EXPECT_EQ(second->next_number, 0U);
    EXPECT_EQ(found(peers.all(), b), 9);
}

TEST(oscore_contexts, lie_in_zeroed_memory) {
    static constexpr contexts<4> none;
    static constexpr std::array<byte, sizeof none> zeros{};
    EXPECT_EQ(std::memcmp(&none, zeros.data(), sizeof none), 0);
    static_assert(sizeof none == 4 * 96);
}

// ---- Sequence numbers

// Writes down what it is asked to keep.
struct recorder {
    std::vector<std::uint64_t> kept;
    bool works = true;

    bool reserve(const context& /*of*/, std::uint64_t number) {
        if (works) kept.push_back(number);
        return works;
    }
};

std::uint64_t next_of(context& of, recorder& kept) {
    std::uint64_t number = ~std::uint64_t{0};
    EXPECT_TRUE(take_number(of, kept, number));
    return number;
}

TEST(oscore_numbers, are_counted_up_and_are_not_kept_for_new_keys) {
    contexts<1> peers;
    recorder kept;
    context& c = *peers.add<cipher>(peer(a));
    for (std::uint64_t i = 0; i < 200; ++i) EXPECT_EQ(next_of(c, kept), i);
    EXPECT_TRUE(kept.kept.empty());
}

TEST(oscore_numbers, are_kept_before_they_are_used) {
    kept_contexts<1> peers;
    recorder kept;
    context& c = *peers.restore<cipher>(peer(a), 0);
    EXPECT_EQ(c.state, context_state::unsynchronised);
    for (std::uint64_t i = 0; i < 200; ++i) {
        EXPECT_EQ(next_of(c, kept), i);
        EXPECT_GT(kept.kept.back(), i) << "after a restart, no number is used again";
    }
    EXPECT_EQ(kept.kept, (std::vector<std::uint64_t>{64, 128, 192, 256}));
}

TEST(oscore_numbers, begin_where_the_storage_says) {
    recorder kept;
    for (const auto& [stored, first] : {std::pair{0U, 0U}, {64U, 64U}, {65U, 128U}, {127U, 128U}, {128U, 128U}}) {
        kept_contexts<1> peers;
        context& c = *peers.restore<cipher>(peer(a), stored);
        EXPECT_EQ(next_of(c, kept), first);
        EXPECT_EQ(kept.kept.back(), first + 64);
    }
}

TEST(oscore_numbers, do_not_begin_at_0_after_what_erased_flash_holds) {
    recorder kept;
    for (const std::uint64_t stored : {~std::uint64_t{0}, ~std::uint64_t{0} - 62, number_limit, number_limit - 1}) {
        kept_contexts<1> peers;
        context& c = *peers.restore<cipher>(peer(a), stored);
        std::uint64_t number = 0;
        EXPECT_FALSE(take_number(c, kept, number)) << stored;
    }
    EXPECT_TRUE(kept.kept.empty());
}

TEST(oscore_numbers, are_not_given_out_while_the_storage_fails) {
    kept_contexts<1> peers;
    recorder kept{.kept = {}, .works = false};
    context& c = *peers.restore<cipher>(peer(a), 128);
    std::uint64_t number = 0;
    EXPECT_FALSE(take_number(c, kept, number));
    EXPECT_FALSE(take_number(c, kept, number));
    kept.works = true;
    EXPECT_EQ(next_of(c, kept), 128U);
}

TEST(oscore_numbers, end_below_2_to_the_40) {
    contexts<1> peers;
    recorder kept;
    no_storage none;
    context& c = *peers.add<cipher>(peer(a));
    c.next_number = number_limit - 2;
    std::uint64_t number = 0;
    EXPECT_EQ(next_of(c, kept), number_limit - 2);
    EXPECT_EQ(next_of(c, kept), number_limit - 1);
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(take_number(c, kept, number));
    EXPECT_FALSE(take_number(c, none, number));
}

}  // namespace
}  // namespace mincoap::security::oscore
