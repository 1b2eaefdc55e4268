// The guard against amplification (RFC 9175 §2.4): the responses to an address before and after its confirmation.
#include <mincoap/layer/echo_guard.hpp>

#include <gmock/gmock.h>

#include <mincoap/security/siphash.hpp>

#include "../../support/exchange.hpp"
#include "../../support/guard.hpp"

namespace mincoap::test {
namespace {

int posted = 0;
reply post_large() {
    ++posted;
    return {code::changed, content_format::text_plain, large};
}

constexpr auto site = routes(at<"large">(for_groups(text(large))), at<"small">(for_groups(text("ok"))),
                             at<"blocks">(for_groups(document(large))),
                             at<"post">(post(post_large), put([] { return diagnostic(code::conflict, large); })));

template <typename Trusted = trusts_nobody>
using server = core<decltype(site), guard<Trusted>>;

ask get_large() { return ask{code::get, "large"}; }

// Returns the value of the Echo option of a 4.01, or nothing for any other response.
packet echo_in(const packet& sent) {
    const auto message = message::view::parse(sent.view());
    if (!message || message->code() != code::unauthorized) return {};
    const auto echo = message->options().find(option::echo);
    return echo ? packet{echo->value} : packet{};
}

net::arrival from(net::endpoint remote) {
    net::arrival about = unicast();
    about.route.remote = remote;
    return about;
}

TEST(echo_guard, lets_small_responses_pass) {
    server<> s{site};
    EXPECT_EQ(s.said(ask{code::get, "small"}), "2.05 ct=0: ok");
    EXPECT_EQ(s[outcomes::served], 1U);
}

// RFC 9175 §2.4: 4.01 with an Echo option only. The response is piggybacked or Non-confirmable (§2.3).
TEST(echo_guard, challenges_in_place_of_a_large_response) {
    server<> s{site};
    const packet sent = s.answer(get_large().token("ca fe"));
    EXPECT_EQ(packet{sent.view().first(8)}, packet{"62 81 12 34 ca fe d8 ef"});
    EXPECT_EQ(sent.size(), 16U);
    EXPECT_EQ(s.answer(get_large().non()).view()[0], 0x50);
    EXPECT_EQ(s[outcomes::challenged], 2U);
    EXPECT_EQ(s[outcomes::served], 0U);
}

TEST(echo_guard, answers_who_repeats_the_request_with_the_option) {
    server<> s{site};
    const packet echo = echo_in(s.answer(get_large()));
    EXPECT_EQ(s.said(get_large().with(252, echo)), "2.05 ct=0: " + std::string{large});
    EXPECT_EQ(s.said(get_large().with(252, echo).non()), "2.05 ct=0: " + std::string{large})
        << "as often as the client repeats it";
    EXPECT_EQ(s.said(ask{code::get, "small"}.with(252, echo)), "2.05 ct=0: ok");
}

TEST(echo_guard, takes_the_option_from_nobody_else) {
    server<> s{site};
    const packet echo = echo_in(s.answer(get_large()));
    net::endpoint other_address = client, other_port = client, other_interface = client;
    other_address.address[15] ^= 1;
    other_port.port ^= 0x100;
    other_interface.interface ^= 1;
    for (const net::endpoint& other : {other_address, other_port, other_interface}) {
        const packet fresh = echo_in(s.answer(get_large().with(252, echo), from(other)));
        EXPECT_EQ(fresh.size(), 8U);
        EXPECT_NE(fresh, echo);
        EXPECT_EQ(s.said(get_large().with(252, fresh), from(other)), "2.05 ct=0: " + std::string{large});
    }
}

// A forged value gets a new challenge. The response does not reveal which byte is wrong.
TEST(echo_guard, takes_no_other_option) {
    server<> s{site};
    const packet echo = echo_in(s.answer(get_large()));
    for (std::size_t i = 0; i < 8; ++i) {
        std::array<byte, 8> forged{};
        std::copy_n(echo.view().begin(), 8, forged.begin());
        forged[i] ^= 1;
        EXPECT_EQ(echo_in(s.answer(get_large().with(252, packet{bytes{forged}}))), echo) << i;
    }
    EXPECT_EQ(echo_in(s.answer(get_large().with(252, packet{echo.view().first(7)}))), echo);
    EXPECT_EQ(echo_in(s.answer(get_large().with(252, echo + "00"))), echo);
    EXPECT_EQ(echo_in(s.answer(get_large().with(252))), echo) << "no value, which is not allowed";
}

TEST(echo_guard, has_another_option_after_each_start) {
    server<> before{site};
    core after{site, echo_guard{other_key}};
    const packet echo = echo_in(before.answer(get_large()));
    EXPECT_EQ(echo_in(after.answer(get_large().with(252, echo))).size(), 8U);
}

constexpr std::uint32_t epoch_ms = 65'536;

TEST(echo_guard, takes_the_option_of_the_epoch_before_and_no_older_one) {
    server<> s{site};
    const packet echo = echo_in(s.answer(get_large(), unicast(), epoch_ms - 1));
    const auto is_taken = [&](std::uint32_t now_ms) {
        return s.answer(get_large().with(252, echo), unicast(), now_ms).view()[1] == static_cast<byte>(code::content);
    };
    EXPECT_TRUE(is_taken(epoch_ms - 1));
    EXPECT_TRUE(is_taken(epoch_ms));
    EXPECT_TRUE(is_taken(2 * epoch_ms - 2)) << "each challenge counts as a millisecond";
    EXPECT_FALSE(is_taken(2 * epoch_ms));
    EXPECT_FALSE(is_taken(0x8000'0000));
}

TEST(echo_guard, goes_on_when_the_clock_wraps_around) {
    server<> s{site};
    const packet echo = echo_in(s.answer(get_large(), unicast(), 0xffff'ffff));
    EXPECT_EQ(s.answer(get_large().with(252, echo), unicast(), 0).view()[1], static_cast<byte>(code::content));
}

// Otherwise an attacker could record a confirmed request, and have it carried out again 49.7 days later.
TEST(echo_guard, takes_no_option_again_when_the_clock_has_gone_round) {
    server<> s{site};
    const packet echo = echo_in(s.answer(get_large()));
    for (const std::uint32_t now_ms : {0x7fff'0000U, 0xfffe'0000U, 0U})
        s.answer(ask{code::get, "small"}, unicast(), now_ms);
    EXPECT_EQ(s.said(get_large().with(252, echo)), "4.01");
    EXPECT_NE(echo_in(s.answer(get_large())), echo);
}

TEST(echo_guard, takes_a_clock_that_goes_back_for_one_that_has_gone_round) {
    server<> s{site};
    const packet echo = echo_in(s.answer(get_large(), unicast(), 10 * epoch_ms));
    EXPECT_EQ(echo_in(s.answer(get_large().with(252, echo), unicast(), 8 * epoch_ms)).size(), 8U);
    EXPECT_EQ(echo_in(s.answer(get_large().with(252, echo), unicast(), 10 * epoch_ms)).size(), 8U);
}

TEST(echo_guard, counts_challenges_where_the_clock_stands_still) {
    server<> s{site};
    const packet echo = echo_in(s.answer(get_large()));
    const auto challenge = [&](unsigned times) {
        std::array<byte, 8> value{};
        for (unsigned i = 0; i < times; ++i) s.layer<guard<>>().write_echo(client, value.data());
    };
    challenge(65'536);
    EXPECT_EQ(s.said(get_large().with(252, echo)), "2.05 ct=0: " + std::string{large});
    challenge(65'536 - 2);
    EXPECT_EQ(s.said(get_large().with(252, echo)), "2.05 ct=0: " + std::string{large});
    challenge(1);
    EXPECT_EQ(s.said(get_large().with(252, echo)), "4.01");
}

// RFC 7252 §5.4.5: if an option that is not repeatable occurs twice, the first one counts.
TEST(echo_guard, takes_the_first_of_two_options) {
    server<> s{site};
    const packet echo = echo_in(s.answer(get_large()));
    EXPECT_EQ(s.said(get_large().with(252, echo).with(252, filler(8))), "2.05 ct=0: " + std::string{large});
    EXPECT_EQ(s.said(get_large().with(252, filler(8)).with(252, echo)), "4.01");
}

// Returns the option values for the endpoints and times of the next two tests.
template <typename Mac>
std::array<packet, 5> made_with() {
    constexpr net::endpoint link_local{
        .address{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x34}, .interface = 3, .port = 5683};
    guard<trusts_nobody, Mac> our_guard;
    const auto echo = [&our_guard](const net::endpoint& remote, std::uint32_t now_ms) {
        std::array<byte, 8> value{};
        EXPECT_FALSE(our_guard.confirms(remote, now_ms, nullptr));
        our_guard.write_echo(remote, value.data());
        return packet{bytes{value}};
    };
    return {echo(net::ipv4(192, 0, 2, 1, 40000), 0), echo(net::ipv4(192, 0, 2, 1, 40001), 0),
            echo(net::ipv4(192, 0, 2, 1, 40000), epoch_ms), echo(link_local, 0xffff'0000),
            echo(link_local, 0)};  // epoch 65,536: the clock has wrapped around
}

// The MAC covers the address, then the interface, the port, the epoch and 0 as 4-byte little-endian numbers. The
// expected values come from a program written for this test, which also computes the published test vectors.
TEST(echo_guard, makes_the_option_of_address_port_interface_and_epoch) {
    EXPECT_THAT(made_with<security::chaskey>(),
                testing::ElementsAre(packet{"5e 61 d0 7f 92 5d 7a d8"}, packet{"fe ca f2 47 58 34 c4 9d"},
                                     packet{"f8 f5 e8 91 6d 93 e0 33"}, packet{"f5 b4 27 a3 eb 7f 65 64"},
                                     packet{"7a 33 be 36 44 81 4f 3c"}));
}

// The expected values come from OpenSSL:
// `openssl mac -macopt hexkey:efcdab89674523011032547698badcfe -macopt size:8 -in <file> SIPHASH`.
TEST(echo_guard, makes_the_option_by_siphash_where_it_is_told_so) {
    EXPECT_THAT(made_with<security::siphash>(),
                testing::ElementsAre(packet{"57 46 f1 ba a1 ab f6 68"}, packet{"a8 6d 71 bb e3 5f 91 bf"},
                                     packet{"41 a0 7b 1b 09 f5 53 bb"}, packet{"7a 3a 84 bd 29 ec 4b 3d"},
                                     packet{"67 5e fe b8 b6 7d 58 f7"}));
}

// A device draws its key at its start, after the constructor of its server.
TEST(echo_guard, refers_to_its_key) {
    security::key drawn_later = other_key;
    server<> s{site};
    core late{site, echo_guard{drawn_later}};
    drawn_later = guard_key;
    EXPECT_EQ(echo_in(late.answer(get_large())), echo_in(s.answer(get_large())));
}

TEST(echo_guard_death_test, traps_where_its_key_was_never_drawn) {
    if constexpr (checked_build) {
        static security::key never_drawn{};
        core s{site, echo_guard{never_drawn}};
        EXPECT_EQ(s.said(ask{code::get, "small"}), "2.05 ct=0: ok");
        EXPECT_DEATH(s.answer(get_large()), "");
    }
}

TEST(echo_guard, confirms_by_siphash) {
    core<decltype(site), guard<trusts_nobody, security::siphash>> s{site};
    const packet echo = echo_in(s.answer(get_large()));
    EXPECT_EQ(echo.size(), 8U);
    EXPECT_EQ(s.said(get_large().with(252, echo)), "2.05 ct=0: " + std::string{large});
    EXPECT_EQ(s.said(get_large().with(252, filler(8))), "4.01");
}

TEST(echo_guard, trusts_those_whom_it_is_told_to_trust) {
    server<trusts_loopback> s{site};
    EXPECT_EQ(s.said(get_large(), from(net::ipv4(127, 1, 2, 3, 1))), "2.05 ct=0: " + std::string{large});
    EXPECT_EQ(s.said(get_large(), from({.address{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}})),
              "2.05 ct=0: " + std::string{large});
    EXPECT_EQ(s.said(get_large(), from(net::ipv4(128, 0, 0, 1, 1))), "4.01");
    EXPECT_EQ(s.said(get_large(), from({.address{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}})), "4.01");
    EXPECT_EQ(s.said(get_large(), from({})), "4.01");
}

// The server has carried out the request and must not repeat it. It sends the code, and an Echo option for the
// next request.
TEST(echo_guard, says_what_became_of_a_request_that_changed_something) {
    server<> s{site};
    posted = 0;
    const packet sent = s.answer(ask{code::post, "post"});
    EXPECT_EQ(sent.view()[1], static_cast<byte>(code::changed));
    EXPECT_EQ(sent.size(), 14U);
    EXPECT_EQ(posted, 1);
    EXPECT_EQ(s.said(ask{code::put, "post"}), "4.09");
}

TEST(echo_guard, sends_what_fits_to_who_sends_next_to_nothing) {
    constexpr auto root = routes(at<"">(text(large)));
    core<decltype(root), guard<>> s{root};
    EXPECT_EQ(s.answer(ask{code::get}), packet{"60 81 12 34"}) << "12 bytes are allowed, and 14 would be needed";
    EXPECT_EQ(s.answer(ask{code::get}.token("01")).size(), 15U);
}

// A group has an unknown number of members. Each member sends at most three times the request, and no challenge.
TEST(echo_guard, keeps_a_member_of_a_group_within_the_limit) {
    server<> s{site};
    EXPECT_EQ(s.said(get_large().non(), multicast()), "silence");
    EXPECT_EQ(s.said(ask{code::get, "small"}.non(), multicast()), "2.05 ct=0: ok");
    const packet block = s.answer(ask{code::get, "blocks"}.non(), multicast());
    EXPECT_EQ(block.size(), 4U + 5 + 1 + 2 + 1 + 16) << "a block gets smaller";
}

// An Acknowledgement or a Reset is as large as the smallest message that it responds to.
TEST(echo_guard, has_nothing_to_do_with_what_is_no_request) {
    server<> s{site};
    EXPECT_EQ(s.said("40 00 12 34"), "reset");
    EXPECT_EQ(s.said("4f 01 12 34"), "reset");
    EXPECT_EQ(s.said("40 45 12 34"), "reset");
    EXPECT_EQ(s.said("60 45 12 34"), "silence");
    EXPECT_EQ(s[outcomes::challenged], 0U);
}

// RFC 7252 §5.9.2.9: a 4.13 with Block1 and Size1. The limit depends on the received part of a truncated datagram.
TEST(echo_guard, keeps_what_is_said_of_a_datagram_that_was_cut_off_within_the_limit) {
    static byte_store<1024> store;
    const auto sink = routes(at<"">(put_blocks(store)));
    core<decltype(sink), guard<>> s{sink};
    net::arrival about = unicast();
    about.truncated = true;
    EXPECT_EQ(s.answer("40 03 12 34", about), packet{"60 8d 12 34 | d1 0e 06"});
}

TEST(echo_guard, guards_a_small_buffer_too) {
    constexpr auto root = routes(at<"">(text(large)));
    for (std::size_t size = 22; size < 130; ++size) {
        core<decltype(root), guard<>> s{root, size};
        const packet sent = s.answer(ask{code::get}.token("01 02 03 04 05 06 07 08"));
        EXPECT_LE(sent.size(), 36U) << size;
        EXPECT_TRUE(sent.view()[1] == static_cast<byte>(code::unauthorized) ||
                    sent.view()[1] == static_cast<byte>(code::internal_server_error));
    }
}

// RFC 9175 §2.3: the server does not call the handler before the address is confirmed.
TEST(confirmed_only, keeps_a_resource_from_who_is_not_confirmed) {
    bool open = false;
    const auto gate = routes(at<"gate">(value(std::as_const(open)), confirmed_only(put([&open](const request&) {
                                            open = true;
                                            return code::changed;
                                        }))));
    core<decltype(gate), guard<>> s{gate};
    const packet echo = echo_in(s.answer(ask{code::put, "gate"}));
    EXPECT_EQ(echo.size(), 8U);
    EXPECT_FALSE(open);
    EXPECT_EQ(s.said(ask{code::get, "gate"}), "2.05 ct=0: 0") << "other methods are open to each client";
    EXPECT_EQ(s.said(ask{code::put, "gate"}.non(), multicast()), "silence");
    EXPECT_EQ(s.said(ask{code::put, "gate"}.with(252, echo)), "2.04");
    EXPECT_TRUE(open);
}

TEST(confirmed_only, is_for_nobody_without_a_guard) {
    bool open = false;
    const auto gate = routes(at<"gate">(confirmed_only(value(open))));
    EXPECT_EQ(core{gate}.said(ask{code::put, "gate"}.payload("1")), "4.01");
    EXPECT_FALSE(open);
}

// If the clock runs, a flood of challenges does not advance the epoch. After 150,000 challenges in three
// seconds, the server still accepts the Echo value of an honest client.
TEST(echo_guard, stays_fresh_under_a_flood_of_challenges) {
    server<> s{site};
    const packet echo = echo_in(s.answer(get_large(), unicast(), 1000));
    for (std::uint32_t now_ms = 1000; now_ms < 4000; ++now_ms)
        for (int i = 0; i < 50; ++i) s.answer(get_large(), from(net::ipv4(192, 0, 2, 9, 5683)), now_ms);
    EXPECT_EQ(s.answer(get_large().with(252, echo), unicast(), 4000).view()[1], static_cast<byte>(code::content));
}

// If the clock does not advance, an epoch ends after 65,536 challenges.
TEST(echo_guard, goes_on_by_challenges_where_the_clock_stands_still) {
    server<> s{site};
    const packet echo = echo_in(s.answer(get_large()));
    const auto is_taken = [&] {
        return s.answer(get_large().with(252, echo)).view()[1] == static_cast<byte>(code::content);
    };
    for (int i = 2; i < 2 * 65'536; ++i) s.answer(get_large(), from(net::ipv4(192, 0, 2, 9, 5683)));
    EXPECT_TRUE(is_taken());
    s.answer(get_large(), from(net::ipv4(192, 0, 2, 9, 5683)));
    EXPECT_FALSE(is_taken());
}

// ---- Limits

// The request has 6 bytes. The response has 6 bytes plus the text.
TEST(echo_guard, lets_three_times_the_request_pass_and_not_a_byte_more) {
    constexpr auto texts =
        routes(at<"e">(for_groups(text("twelve bytes"))), at<"m">(for_groups(text("13 bytes long"))));
    core<decltype(texts), guard<>> s{texts};
    EXPECT_EQ(s.answer(ask{code::get, "e"}).size(), 18U);
    EXPECT_EQ(s.said(ask{code::get, "e"}), "2.05 ct=0: twelve bytes");
    EXPECT_EQ(s.said(ask{code::get, "m"}), "4.01");
    EXPECT_EQ(s.said(ask{code::get, "e"}.non(), multicast()), "2.05 ct=0: twelve bytes");
    EXPECT_EQ(s.said(ask{code::get, "m"}.non(), multicast()), "silence");
}

TEST(echo_guard, does_not_limit_a_member_of_a_group_whose_client_is_trusted) {
    server<trusts_loopback> s{site};
    net::arrival trusted = multicast();
    trusted.route.remote = net::ipv4(127, 1, 2, 3, 1);
    EXPECT_EQ(s.said(get_large().non(), trusted), "2.05 ct=0: " + std::string{large});
    EXPECT_EQ(s.said(get_large().non(), multicast()), "silence") << "another client is limited";
}

TEST(echo_guard, does_not_limit_a_member_of_a_group_whose_client_is_confirmed) {
    server<> s{site};
    const packet echo = echo_in(s.answer(get_large()));
    EXPECT_EQ(s.said(get_large().with(252, echo).non(), multicast()), "2.05 ct=0: " + std::string{large});
}

// RFC 8132 §2.1: FETCH is safe, as GET is. The server has already carried out a PATCH or iPATCH.
TEST(echo_guard, challenges_a_fetch) {
    const auto serve = [] { return reply{code::content, content_format::text_plain, large}; };
    const auto methods = routes(at<"">(get(serve), fetch(serve), post(serve), put(serve), patch(serve), ipatch(serve)));
    core<decltype(methods), guard<>> s{methods};
    for (const code method : {code::get, code::fetch}) {
        const packet echo = echo_in(s.answer(ask{method}.token("01")));
        EXPECT_EQ(echo.size(), 8U) << static_cast<unsigned>(method);
        EXPECT_EQ(s.said(ask{method}.token("01").with(252, echo)), "2.05 ct=0: " + std::string{large});
    }
    for (const code method : {code::post, code::put, code::patch, code::ipatch})
        EXPECT_EQ(s.said(ask{method}.token("01")), "2.05") << static_cast<unsigned>(method);
}

// The comparison covers all 64 bits, and two differences do not cancel each other out.
TEST(echo_guard, takes_no_option_that_differs_in_any_bit_or_in_the_same_one_of_both_halves) {
    server<> s{site};
    const packet echo = echo_in(s.answer(get_large()));
    ASSERT_EQ(echo.size(), 8U);
    const auto is_taken = [&](const packet& forged) { return s.said(get_large().with(252, forged)) != "4.01"; };
    for (std::size_t bit = 0; bit < 64; ++bit) {
        packet forged = echo;
        forged[bit / 8] ^= static_cast<byte>(1U << bit % 8);
        EXPECT_FALSE(is_taken(forged)) << bit;
        forged[(bit / 8 + 4) % 8] ^= static_cast<byte>(1U << bit % 8);
        EXPECT_FALSE(is_taken(forged)) << bit << " and the one of the other half";
    }
    EXPECT_TRUE(is_taken(echo));
}

}  // namespace
}  // namespace mincoap::test
