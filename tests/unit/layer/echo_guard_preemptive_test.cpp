// RFC 9175 §2.3: an Echo option for the next request, in the response to the one before.
#include <mincoap/layer/echo_guard.hpp>

#include "../../support/exchange.hpp"
#include "../../support/guard.hpp"
#include "../../support/options.hpp"

namespace mincoap::test {
namespace {

const auto preemptive = echo_guard{guard_key}.preemptive();
using preemptive_guard = std::remove_const_t<decltype(preemptive)>;

constexpr unsigned echo_number = 252;
constexpr std::string_view body =
    "A body of more than three times the bytes of what asks for it, so that who asks is challenged.";

unsigned number_of_other = 0;
reply other() {
    return {code::content, [](message::writer& to) {
                to.option(static_cast<option>(number_of_other), "x");
                to.payload("payload");
            }};
}

constexpr auto site = routes(at<"body">(document(body)), at<"small">(for_groups(text("ok"))),
                             at<"bare">(get([] { return reply{code::valid}; })),
                             at<"refuses">(get([] { return reply{code::unauthorized}; })), at<"other">(get(other)));

struct server : core<decltype(site), preemptive_guard> {
    explicit server(const decltype(site)& s) : core(s, preemptive) {}
};

// Returns the value of the Echo option, or nothing if the message has none.
packet echo_in(const packet& sent) {
    const auto message = message::view::parse(sent.view());
    const auto echo = message ? message->options().find(option::echo) : std::nullopt;
    return echo ? packet{echo->value} : packet{};
}

packet first_echo(server& s) { return echo_in(s.answer(ask{code::get, "body"})); }

TEST(preemptive_echo, is_in_the_response_to_who_sent_one) {
    server s{site};
    const packet sent = s.answer(ask{code::get, "small"}.with(echo_number, first_echo(s)));
    EXPECT_EQ(packet{sent.view().first(7)}, packet{"60 45 12 34 c0 d8 e3"});
    EXPECT_EQ(sent, packet{"60 45 12 34 c0 d8 e3"} + echo_in(sent) + "ff 'ok'");
    EXPECT_EQ(s[outcomes::served], 1U);
}

TEST(preemptive_echo, stands_alone_behind_the_token_of_a_bare_response) {
    server s{site};
    const packet sent = s.answer(ask{code::get, "bare"}.token("ca fe").with(echo_number, first_echo(s)));
    EXPECT_EQ(sent, packet{"62 43 12 34 ca fe d8 ef"} + echo_in(sent));
    EXPECT_EQ(echo_in(sent).size(), 8U);
}

// One round trip per block: each request carries the Echo value of the previous response, even long after the
// first value has expired.
TEST(preemptive_echo, spares_the_second_round_trip_of_each_block) {
    constexpr std::uint32_t epoch_ms = 65'536;
    server s{site};
    packet echo = first_echo(s);
    for (std::uint32_t number = 0; number < 5; ++number) {
        const packet sent =
            s.answer(ask{code::get, "body"}.with(block2, block_value(number, last, 0)).with(echo_number, echo),
                     unicast(), number * epoch_ms);
        ASSERT_EQ(sent.view()[1], static_cast<byte>(code::content)) << number;
        echo = echo_in(sent);
    }
    EXPECT_EQ(s[outcomes::challenged], 1U);
}

TEST(preemptive_echo, is_not_for_who_sent_none) {
    server s{site};
    EXPECT_EQ(s.answer(ask{code::get, "small"}), packet{"60 45 12 34 c0 ff 'ok'"});
}

TEST(preemptive_echo, is_not_for_who_sent_a_wrong_one) {
    server s{site};
    EXPECT_EQ(s.answer(ask{code::get, "small"}.with(echo_number, "01 02 03 04 05 06 07 08")),
              packet{"60 45 12 34 c0 ff 'ok'"});
    EXPECT_EQ(s.said(ask{code::get, "body"}.with(echo_number, "01 02 03 04 05 06 07 08")), "4.01");
}

// A client takes a 4.01 with an Echo option for a challenge, and would repeat a request that is refused permanently.
TEST(preemptive_echo, is_not_in_a_4_01) {
    server s{site};
    EXPECT_EQ(s.answer(ask{code::get, "refuses"}.with(echo_number, first_echo(s))), packet{"60 81 12 34"});
}

TEST(preemptive_echo, is_not_for_a_group) {
    server s{site};
    EXPECT_EQ(s.answer(ask{code::get, "small"}.non().with(echo_number, first_echo(s)), multicast()),
              packet{"50 45 be ef c0 ff 'ok'"});
}

// RFC 7252 §3.1: the first byte encodes a delta of up to 12, and option numbers ascend.
TEST(preemptive_echo, stands_behind_options_of_smaller_numbers_only) {
    server s{site};
    const packet echo = first_echo(s);
    const auto with_other = [&](unsigned number) {
        number_of_other = number;
        return s.answer(ask{code::get, "other"}.with(echo_number, echo));
    };
    for (const unsigned number : {13U, 239U, 240U, 251U}) {
        const packet sent = with_other(number);
        const packet expected = packet{"60 45 12 34"} + encoded_option(number, packet{"'x'"}) +
                                encoded_option(echo_number - number, echo_in(sent)) + "ff 'payload'";
        EXPECT_EQ(sent, expected) << number;
        EXPECT_EQ(echo_in(sent).size(), 8U) << number;
    }
    EXPECT_EQ(with_other(252), packet{"60 45 12 34 d1 ef 'x' ff 'payload'"});
    EXPECT_EQ(with_other(258), packet{"60 45 12 34 d1 f5 'x' ff 'payload'"});
}

TEST(preemptive_echo, is_in_a_5_00_in_place_of_what_does_not_fit) {
    constexpr auto root = routes(at<"body">(text(body)));
    core s{root, 64, preemptive};
    std::array<byte, 8> echo{};
    s.layer<preemptive_guard>().write_echo(client, echo.data());
    const packet sent = s.answer(ask{code::get, "body"}.with(echo_number, packet{bytes{echo}}));
    EXPECT_EQ(sent, packet{"60 a0 12 34 d8 ef"} + echo_in(sent));
    EXPECT_EQ(echo_in(sent).size(), 8U);
    EXPECT_EQ(s[outcomes::reply_too_large], 1U);
}

TEST(preemptive_echo, is_left_out_where_the_buffer_has_no_room_for_it) {
    constexpr std::size_t request_size = 4 + 6 + 3 + 8;  // the request has to fit into the buffer, too
    constexpr auto root = routes(at<"small">(text("as long as its request")));
    constexpr std::size_t response_size = 4 + 1 + 1 + 22;
    static_assert(request_size < response_size);
    for (std::size_t size = response_size; size < response_size + 12; ++size) {
        core s{root, size, preemptive};
        std::array<byte, 8> echo{};
        s.template layer<preemptive_guard>().write_echo(client, echo.data());
        const packet sent = s.answer(ask{code::get, "small"}.with(echo_number, packet{bytes{echo}}));
        EXPECT_EQ(sent.size(), size < response_size + 10 ? response_size : response_size + 10) << size;
    }
}

// An outer layer that adds `more` bytes to each response. An outer layer may always add a code and a token.
struct adds {
    std::size_t more;

    std::size_t receive(exchange& x, auto next) const {
        x.reserve(more);
        const std::size_t size = next(x);
        if (size > token_end_of(x)) {
            EXPECT_LE(size + more, x.buffer.size());
            EXPECT_TRUE(x.from.confirmed || size + more <= 3 * x.from.size);
        }
        return size;
    }
};

TEST(preemptive_echo, leaves_room_for_a_layer_outside_of_the_guard) {
    server s{site};
    const packet echo = first_echo(s);
    for (const std::size_t more : {0U, 1U, 6U, 10U, 20U, 30U})
        for (std::size_t memory = 22; memory < 60; ++memory) {
            core c{site, memory, adds{more}, preemptive_guard{preemptive}};
            c.answer(ask{code::get, "small"}.token("01").with(echo_number, echo));
            c.answer(ask{code::get, "refuses"}.token("01"));
            c.answer(ask{code::get, "refuses"}.token("01 02 03 04 05 06 07 08"));
        }
    core c{site, 64, adds{20}, preemptive_guard{preemptive}};
    EXPECT_EQ(c.said(ask{code::get, "body"}), "4.01") << "with the option it would be amplified";
}

}  // namespace
}  // namespace mincoap::test
