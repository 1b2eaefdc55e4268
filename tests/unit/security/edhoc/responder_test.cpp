#include <mincoap/security/edhoc/responder.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../../../support/edhoc_initiator.hpp"
#include "../../../support/oscore_client.hpp"

namespace mincoap::security::edhoc {
namespace {

using test::edhoc_initiator;
using test::filler;
using test::packet;
using test::party;
using test::recording_crypto;
using test::toy_curve;
using suites = p256_suites<recording_crypto, toy_curve>;

const party device = party::make(31, "07");
const party alice = party::make(32, "2b", "alice");
const party bob = party::make(33, "2b", "bob");  // with the kid of alice
const party carol = party::make(34, "", "carol");
const party mallory = party::make(35, "2b", "mallory");

credential credential_of(const party& p) { return *read_ccs<suites>(p.ccs); }

// The application refuses bob, and gives carol another tag.
struct decision {
    static inline std::vector<int> asked;

    std::optional<byte> operator()(const credential& of, byte number) const {
        asked.push_back(number);
        if (equal_bytes(of.public_key, bob.x.view().data(), 32)) return std::nullopt;
        return static_cast<byte>(of.kid.empty() ? 99 : number);
    }
};

class edhoc_responder : public ::testing::Test {
protected:
    void TearDown() override {
        EXPECT_EQ(half_open.size(now_ms + session_lifetime_ms + 1), 0U) << "no session is left after its time";
        EXPECT_EQ(toy_curve::generated - toy_curve::forgotten, keys_before) << "each ephemeral key is overwritten once";
        decision::asked.clear();
    }

    static edhoc_initiator initiator(const party& client) {
        static std::uint32_t number = 5000;
        return {client, device, ++number};
    }

    result begin(const edhoc_initiator& i) { return begin(i.message_1()); }
    result begin(const packet& message) {
        const result r = keys.begin(message, now_ms, out);
        message_2 = packet{r == result::accepted ? out.value() : bytes{}};
        return r;
    }
    result finish(const packet& c_r, packet ciphertext) {
        return keys.finish(c_r, {ciphertext.data(), ciphertext.size()}, now_ms);
    }
    // The same with the whole message_3, without its head.
    result finish(edhoc_initiator& i) { return finish(i.c_r, ciphertext(i)); }
    static packet ciphertext(edhoc_initiator& i) {
        return i.ciphertext_3(edhoc_initiator::identifier(i.kid), std::nullopt);
    }

    void start(edhoc_initiator& i) {
        ASSERT_EQ(begin(i), result::accepted);
        ASSERT_TRUE(i.read(message_2));
    }
    result run(edhoc_initiator& i) {
        start(i);
        return finish(i);
    }

    // The context with the Recipient ID of the client has the keys of the client.
    void expect_context(const edhoc_initiator& i, byte tag) {
        oscore::context* const c =
            oscore::find(peers.all().data(), peers.all().size(), {.number = 0, .kid = i.c_r, .kid_context = {}});
        ASSERT_NE(c, nullptr);
        oscore::context expected;
        oscore::derive<recording_crypto>(expected, {.master_secret = i.master_secret,
                                                    .master_salt = i.master_salt,
                                                    .sender_id = i.c_i,
                                                    .recipient_id = i.c_r,
                                                    .id_context = std::nullopt});
        EXPECT_EQ(c->sender_key, expected.sender_key);
        EXPECT_EQ(c->recipient_key, expected.recipient_key);
        EXPECT_EQ(c->common_iv, expected.common_iv);
        EXPECT_EQ(packet{c->sender_id()}, i.c_i);
        EXPECT_EQ(c->state, oscore::context_state::ready);
        EXPECT_EQ(c->tag, tag);
    }
    std::size_t context_count() {
        std::size_t count = 0;
        for (const oscore::context& c : peers.all()) count += c.state != oscore::context_state::empty ? 1U : 0U;
        return count;
    }

    std::uint32_t now_ms = 1000;
    std::uint32_t keys_before = toy_curve::generated - toy_curve::forgotten;
    own_credential<suites> own{credential_of(device), device.key};
    std::array<credential, 4> clients{credential_of(alice), credential_of(bob), credential_of(carol),
                                      credential_of(device)};
    sessions<suites, 2> half_open{};
    contexts<3> peers{};
    responder<decltype(half_open), decltype(peers), decision> keys{own, clients, half_open, peers, decision{}};
    edhoc::message_2 out{};
    packet message_2;
};

TEST_F(edhoc_responder, makes_the_context_of_a_client) {
    edhoc_initiator i = initiator(alice);
    ASSERT_EQ(run(i), result::accepted);
    expect_context(i, 0);
    EXPECT_EQ(half_open.size(now_ms), 0U);
    EXPECT_EQ(decision::asked, (std::vector{0}));
}

TEST_F(edhoc_responder, gives_the_tag_of_the_application) {
    edhoc_initiator i = initiator(carol);
    ASSERT_EQ(run(i), result::accepted);
    expect_context(i, 99);
}

// RFC 9528 §3.5.3: several credentials may have the same kid, and each is tried.
TEST_F(edhoc_responder, tries_each_credential_of_a_kid) {
    std::swap(clients[0], clients[1]);
    edhoc_initiator i = initiator(alice);
    ASSERT_EQ(run(i), result::accepted);
    expect_context(i, 1);
    EXPECT_EQ(decision::asked, (std::vector{1}));
}

TEST_F(edhoc_responder, gives_no_context_to_a_client_that_the_application_refuses) {
    edhoc_initiator i = initiator(bob);
    EXPECT_EQ(run(i), result::refused);
    EXPECT_EQ(context_count(), 0U);
    EXPECT_EQ(half_open.size(now_ms), 0U) << "the session has ended";
}

TEST_F(edhoc_responder, refuses_a_client_that_it_does_not_know) {
    edhoc_initiator same_kid = initiator(mallory);
    EXPECT_EQ(run(same_kid), result::refused);
    const party stranger = party::make(36, "55");
    edhoc_initiator other_kid = initiator(stranger);
    EXPECT_EQ(run(other_kid), result::refused);
    EXPECT_EQ(context_count(), 0U);
    EXPECT_TRUE(decision::asked.empty()) << "the application is not asked about a client that has not proved its key";
}

// An attacker reflects the server's own messages, or has its key in another claims set with another kid.
TEST_F(edhoc_responder, refuses_its_own_key) {
    const party copy = party::make(31, "07", "another name");
    clients[2] = credential_of(copy);
    edhoc_initiator reflected = initiator(device);
    EXPECT_EQ(run(reflected), result::refused);
    edhoc_initiator renamed = initiator(copy);
    EXPECT_EQ(run(renamed), result::refused);
    EXPECT_EQ(context_count(), 0U);
}

TEST_F(edhoc_responder, says_that_it_has_other_suites) {
    edhoc_initiator i = initiator(alice);
    i.suites_i = "82 06 05";
    EXPECT_EQ(begin(i), result::wrong_suite);
    EXPECT_EQ(half_open.size(now_ms), 0U);
    EXPECT_EQ(packet{keys.error_message(result::wrong_suite)}, "02 82 02 03");
    for (const result r : {result::malformed, result::forged, result::refused, result::full, result::failed})
        EXPECT_EQ(packet{keys.error_message(r)}, "01 60");
}

TEST_F(edhoc_responder, keeps_no_session_of_a_message_1_that_it_refuses) {
    edhoc_initiator i = initiator(alice);
    for (const packet& wrong : {packet{}, packet{"03"}, i.message_1() + "20", packet{i.message_1().view().first(20)}}) {
        EXPECT_EQ(begin(wrong), result::malformed);
        EXPECT_EQ(half_open.size(now_ms), 0U);
    }
    i.g_x = filler(32, 0xff);
    EXPECT_EQ(begin(i), result::malformed) << "no point on the curve";
    EXPECT_EQ(half_open.size(now_ms), 0U);
    toy_curve::has_entropy = false;
    EXPECT_EQ(begin(initiator(alice)), result::failed);
    toy_curve::has_entropy = true;
    EXPECT_EQ(half_open.size(now_ms), 0U);
}

// ---- Attackers

// RFC 9528 §9.7: only the sender of message_1 can end the session.
TEST_F(edhoc_responder, goes_on_after_a_forged_message_3) {
    edhoc_initiator i = initiator(alice);
    start(i);
    const packet good = ciphertext(i);
    for (std::size_t at = 0; at < good.size(); ++at) {
        packet forged = good;
        forged[at] ^= 1;
        EXPECT_EQ(finish(i.c_r, forged), result::forged);
    }
    EXPECT_EQ(finish(i.c_r, ""), result::forged);
    EXPECT_EQ(finish(i.c_r, filler(100)), result::forged);
    EXPECT_EQ(context_count(), 0U);
    EXPECT_EQ(finish(i.c_r, good), result::accepted);
    expect_context(i, 0);
}

TEST_F(edhoc_responder, ends_the_session_of_an_initiator_that_fails) {
    edhoc_initiator wrong_mac = initiator(alice);
    start(wrong_mac);
    EXPECT_EQ(finish(wrong_mac.c_r, wrong_mac.ciphertext_3("2b", filler(8))), result::refused);
    EXPECT_EQ(finish(wrong_mac), result::malformed) << "there is no such session any more";

    edhoc_initiator malformed = initiator(alice);
    start(malformed);
    EXPECT_EQ(finish(malformed.c_r, malformed.seal("a0")), result::malformed);
    EXPECT_EQ(finish(malformed), result::malformed);

    edhoc_initiator critical = initiator(alice);
    critical.ead_3 = "20";
    EXPECT_EQ(run(critical), result::malformed);
    EXPECT_EQ(context_count(), 0U);
}

TEST_F(edhoc_responder, makes_no_second_context_of_a_repeated_message_3) {
    edhoc_initiator i = initiator(alice);
    start(i);
    const packet third = ciphertext(i);
    ASSERT_EQ(finish(i.c_r, third), result::accepted);
    peers.all()[0].next_number = 7;
    EXPECT_EQ(finish(i.c_r, third), result::malformed);
    EXPECT_EQ(context_count(), 1U);
    EXPECT_EQ(peers.all()[0].next_number, 7U) << "the context is the same";
    start(i);
    EXPECT_EQ(finish(i.c_r, third), result::forged) << "in another session of the same message_1";
}

TEST_F(edhoc_responder, finds_no_session_by_another_c_r) {
    edhoc_initiator i = initiator(alice);
    start(i);
    const packet third = ciphertext(i);
    for (const packet& other : {packet{}, packet{"37"}, i.c_r + i.c_r, packet{"4100"}})
        EXPECT_EQ(finish(other, third), result::malformed);
    EXPECT_EQ(finish(i.c_r, third), result::accepted);
}

TEST_F(edhoc_responder, refuses_a_message_3_that_comes_too_late) {
    edhoc_initiator i = initiator(alice);
    start(i);
    now_ms += session_lifetime_ms + 1;
    EXPECT_EQ(finish(i), result::malformed);
    edhoc_initiator in_time = initiator(alice);
    start(in_time);
    now_ms += session_lifetime_ms;
    EXPECT_EQ(finish(in_time), result::accepted);
}

// ---- Many clients

TEST_F(edhoc_responder, serves_fifty_clients_in_two_places) {
    for (int n = 0; n < 50; ++n) {
        edhoc_initiator i = initiator(n % 2 == 0 ? alice : carol);
        i.suite = n % 3 == 0 ? 3 : 2;
        i.suites_i = n % 3 == 0 ? "03" : "02";
        if (n % 5 == 0) start(i);  // begins, and begins again
        ASSERT_EQ(run(i), result::accepted) << n;
        expect_context(i, n % 2 == 0 ? 0 : 99);
        EXPECT_EQ(context_count(), n == 0 ? 1U : 2U) << "each client has one";
        now_ms += 1000;
    }
}

// Two at a time: each answer belongs to its session.
TEST_F(edhoc_responder, keeps_sessions_apart) {
    edhoc_initiator a = initiator(alice);
    edhoc_initiator c = initiator(carol);
    start(a);
    start(c);
    EXPECT_NE(a.c_r, c.c_r);
    const packet of_c = ciphertext(c);
    EXPECT_EQ(finish(a.c_r, of_c), result::forged);
    EXPECT_EQ(finish(c.c_r, of_c), result::accepted);
    EXPECT_EQ(finish(a), result::accepted);
    expect_context(a, 0);
    expect_context(c, 99);
}

// With more clients at a time than places, the oldest session leaves.
TEST_F(edhoc_responder, ends_the_oldest_session_for_a_new_one) {
    edhoc_initiator a = initiator(alice);
    edhoc_initiator b = initiator(alice);
    edhoc_initiator c = initiator(carol);
    start(a), ++now_ms;
    start(b), ++now_ms;
    start(c);
    EXPECT_EQ(finish(a), result::malformed);
    EXPECT_EQ(finish(c), result::accepted);
    EXPECT_EQ(finish(b), result::accepted);
}

TEST_F(edhoc_responder, never_ends_a_context_for_a_session) {
    edhoc_initiator i = initiator(alice);
    ASSERT_EQ(run(i), result::accepted);
    for (int n = 0; n < 20; ++n) EXPECT_EQ(begin(initiator(mallory)), result::accepted);
    expect_context(i, 0);
    EXPECT_EQ(half_open.size(now_ms), 2U);
}

TEST_F(edhoc_responder, replaces_the_context_of_a_client_that_runs_edhoc_again) {
    edhoc_initiator first = initiator(alice);
    ASSERT_EQ(run(first), result::accepted);
    const byte generation = peers.all()[0].generation;
    edhoc_initiator second = initiator(alice);
    ASSERT_EQ(run(second), result::accepted);
    EXPECT_EQ(context_count(), 1U);
    expect_context(second, 0);
    EXPECT_NE(peers.all()[0].generation, generation);
    EXPECT_NE(first.c_r, second.c_r);
}

TEST_F(edhoc_responder, has_no_place_beside_the_contexts_of_the_application) {
    const packet secret = filler(16);
    for (const packet& id : {packet{"c1"}, packet{"c2"}, packet{"c3"}})
        ASSERT_NE(peers.add<recording_crypto>({.master_secret = secret,
                                               .master_salt = {},
                                               .sender_id = {},
                                               .recipient_id = id,
                                               .id_context = std::nullopt}),
                  nullptr);
    edhoc_initiator i = initiator(alice);
    EXPECT_EQ(run(i), result::full);
    EXPECT_EQ(context_count(), 3U);
}

// All 48 values of C_R are in use. The search ends.
TEST(edhoc_responder_full, refuses_a_client_if_all_identifiers_are_in_use) {
    static contexts<48> all{};
    static sessions<suites, 1> half_open{};
    const packet secret = filler(16);
    for (unsigned n = 0; n < 48; ++n) {
        const auto id = static_cast<byte>(n < 24 ? n : n + 8);
        ASSERT_NE(all.add<recording_crypto>({.master_secret = secret,
                                             .master_salt = {},
                                             .sender_id = secret.view().first(2),
                                             .recipient_id = {&id, 1},
                                             .id_context = std::nullopt}),
                  nullptr);
    }
    const own_credential<suites> own{credential_of(device), device.key};
    const std::array clients{credential_of(alice)};
    const responder keys{own, clients, half_open, all};
    message_2 out{};
    EXPECT_EQ(keys.begin(edhoc_initiator{alice, device, 99}.message_1(), 0, out), result::full);
    all.remove(all.all()[7]);
    EXPECT_EQ(keys.begin(edhoc_initiator{alice, device, 99}.message_1(), 0, out), result::accepted);
    EXPECT_EQ(half_open.size(session_lifetime_ms + 1), 0U);
}

// Without a decision of the application, each client of the list gets a context. Its tag is its number.
TEST(edhoc_responder_default, allows_each_client_of_the_list) {
    static contexts<4> peers{};
    static sessions<suites, 1> half_open{};
    const own_credential<suites> own{credential_of(device), device.key};
    const std::array clients{credential_of(alice), credential_of(bob)};
    const responder keys{own, clients, half_open, peers};
    message_2 out{};
    edhoc_initiator i{bob, device, 98};
    ASSERT_EQ(keys.begin(i.message_1(), 0, out), result::accepted);
    ASSERT_TRUE(i.read(packet{out.value()}));
    packet third = i.ciphertext_3(i.kid, std::nullopt);
    EXPECT_EQ(keys.finish(i.c_r, {third.data(), third.size()}, 0), result::accepted);
    EXPECT_EQ(peers.all()[0].tag, 1);
}

}  // namespace
}  // namespace mincoap::security::edhoc
