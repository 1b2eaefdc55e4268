#include <mincoap/security/edhoc/contexts.hpp>

#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "../../../support/packet.hpp"
#include "../../../support/reference_crypto.hpp"

namespace mincoap::security::edhoc {
namespace {

using test::packet;
using test::reference_crypto;

const packet secret = "00112233445566778899aabbccddeeff";

class edhoc_contexts : public ::testing::Test {
protected:
    // Adds the context of a client with that Recipient ID.
    bool put(byte client, byte id, std::uint32_t now_ms = 0) {
        static const packet server_id = "f00d";
        oscore_secrets secrets;
        copy_bytes(secret.view().data(), secrets.master_secret.size(), secrets.master_secret.data());
        secrets.master_salt.fill(3);
        return table.put<reference_crypto>(secrets, server_id, id, static_cast<byte>(client + 100), client, now_ms);
    }
    oscore::context* add(byte id) { return table.add<reference_crypto>(identity(id), 7); }

    static oscore::identity identity(const byte& id) {
        static const packet server_id = "f00d";
        return {.master_secret = secret,
                .master_salt = {},
                .sender_id = server_id,
                .recipient_id = {&id, 1},
                .id_context = std::nullopt};
    }

    // The Recipient IDs in the table, and their tags.
    std::vector<std::pair<int, int>> all() {
        std::vector<std::pair<int, int>> found;
        for (const oscore::context& c : table.all())
            if (c.state != oscore::context_state::empty) found.emplace_back(c.recipient_id()[0], c.tag);
        return found;
    }
    using list = std::vector<std::pair<int, int>>;

    contexts<3> table{};
};

// The same as `oscore::contexts::add` makes.
TEST_F(edhoc_contexts, derives_the_keys_of_oscore) {
    ASSERT_TRUE(put(9, 1));
    const packet salt = test::filler(8, 3);
    constexpr byte id = 1;
    oscore::identity of = identity(id);
    of.master_salt = salt;
    oscore::contexts<1> other;
    const oscore::context& expected = *other.add<reference_crypto>(of, 109);
    const oscore::context& made = table.all()[0];
    EXPECT_EQ(made.sender_key, expected.sender_key);
    EXPECT_EQ(made.recipient_key, expected.recipient_key);
    EXPECT_EQ(made.common_iv, expected.common_iv);
    EXPECT_EQ(packet{made.sender_id()}, packet{expected.sender_id()});
    EXPECT_EQ(packet{made.recipient_id()}, packet{expected.recipient_id()});
    EXPECT_EQ(made.id_context().data(), nullptr);
    EXPECT_EQ(made.state, oscore::context_state::ready);
    EXPECT_EQ(made.window, oscore::replay_window{});
    EXPECT_EQ(made.next_number, 0U);
    EXPECT_EQ(made.tag, 109);
    EXPECT_FALSE(made.is_kept);
}

TEST_F(edhoc_contexts, begins_anew_in_a_place_that_was_used) {
    put(0, 1);
    oscore::context& c = table.all()[0];
    c.next_number = 77;
    c.window.accept(5);
    c.id_context_size = 3;
    c.is_kept = true;
    put(0, 2);
    EXPECT_EQ(c.next_number, 0U);
    EXPECT_EQ(c.window, oscore::replay_window{});
    EXPECT_EQ(c.id_context().data(), nullptr);
    EXPECT_FALSE(c.is_kept);
}

TEST_F(edhoc_contexts, takes_free_places) {
    EXPECT_TRUE(put(0, 1));
    EXPECT_TRUE(put(1, 2));
    EXPECT_TRUE(put(254, 3));
    EXPECT_EQ(all(), (list{{1, 100}, {2, 101}, {3, 98}}));
}

TEST_F(edhoc_contexts, replaces_the_context_of_the_same_client) {
    put(0, 1), put(1, 2);
    const byte before = table.all()[0].generation;
    EXPECT_TRUE(put(0, 3));
    EXPECT_EQ(all(), (list{{3, 100}, {2, 101}}));
    EXPECT_NE(table.all()[0].generation, before) << "what the old context protected ends";
    EXPECT_TRUE(put(0, 3)) << "also with the same identifier";
    EXPECT_EQ(all(), (list{{3, 100}, {2, 101}}));
}

// Also if another one is idle for longer, and all places are taken.
TEST_F(edhoc_contexts, replaces_the_context_of_the_same_client_in_a_full_table) {
    put(0, 1, 10), put(1, 2, 20), put(2, 3, 30);
    EXPECT_TRUE(put(1, 4, 40));
    EXPECT_EQ(all(), (list{{1, 100}, {4, 101}, {3, 102}}));
    EXPECT_TRUE(put(2, 5, 50));
    EXPECT_EQ(all(), (list{{1, 100}, {4, 101}, {5, 102}}));
}

TEST_F(edhoc_contexts, replaces_the_context_that_is_idle_for_the_longest_time) {
    put(0, 1, 10), put(1, 2, 20), put(2, 3, 30);
    EXPECT_TRUE(put(3, 4, 40));
    EXPECT_EQ(all(), (list{{4, 103}, {2, 101}, {3, 102}}));
    table.note_use(1, 50);
    EXPECT_TRUE(put(4, 5, 60));
    EXPECT_EQ(all(), (list{{4, 103}, {2, 101}, {5, 104}}));
}

TEST_F(edhoc_contexts, compares_times_while_the_clock_wraps_around) {
    put(0, 1, 0xffff'fff0), put(1, 2, 5), put(2, 3, 0xffff'fff8);
    EXPECT_TRUE(put(3, 4, 10));
    EXPECT_EQ(all(), (list{{4, 103}, {2, 101}, {3, 102}}));
}

TEST_F(edhoc_contexts, keeps_the_contexts_of_the_application) {
    add(1), add(2);
    EXPECT_TRUE(put(0, 3, 10));
    EXPECT_TRUE(put(1, 4, 20));
    EXPECT_EQ(all(), (list{{1, 7}, {2, 7}, {4, 101}}));
    table.remove(table.all()[2]);
    add(5);
    table.note_use(2, 30);
    EXPECT_FALSE(put(2, 6, 40)) << "all places are the application's, also one that was EDHOC's before";
    EXPECT_EQ(all(), (list{{1, 7}, {2, 7}, {5, 7}}));
}

TEST_F(edhoc_contexts, refuses_an_identifier_that_is_in_use) {
    add(1);
    put(0, 2, 10);
    EXPECT_FALSE(put(1, 1, 20));
    EXPECT_EQ(all(), (list{{1, 7}, {2, 100}})) << "no other context leaves";
}

// A place is free, but the client keeps its own one.
TEST_F(edhoc_contexts, replaces_the_context_of_the_same_client_beside_a_free_place) {
    put(0, 1), put(1, 2), put(2, 3);
    table.remove(table.all()[0]);
    EXPECT_EQ(table.all()[0].sender_key, (std::array<byte, aead_key_size>{}));
    EXPECT_TRUE(put(1, 4));
    EXPECT_EQ(all(), (list{{4, 101}, {3, 102}}));
    EXPECT_EQ(table.all()[0].state, oscore::context_state::empty);
    EXPECT_TRUE(put(5, 6));
    EXPECT_EQ(all(), (list{{6, 105}, {4, 101}, {3, 102}}));
}

// 256 contexts later, the generation of a place is the same again. Its context is the newest one by then.
TEST_F(edhoc_contexts, knows_its_contexts_after_many_others) {
    for (unsigned n = 0; n < 600; ++n) {
        ASSERT_TRUE(put(static_cast<byte>(n % 200), static_cast<byte>(n % 48), n));
        EXPECT_EQ(all().size(), n < 3 ? n + 1 : 3U);
    }
    EXPECT_EQ(all().front().second, 100 + 597 % 200 - (597 % 200 + 100 > 255 ? 256 : 0));
}

}  // namespace
}  // namespace mincoap::security::edhoc
