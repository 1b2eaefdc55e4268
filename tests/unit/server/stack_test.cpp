// The rules of the server without layers, byte by byte. The tests of handlers and resources check requests and replies
// of handlers.
#include <gtest/gtest.h>

#include "../../support/exchange.hpp"
#include "../../support/guard.hpp"

namespace mincoap {
namespace {

using message::option_view;
using test::ask;
using test::core;
using test::filler;
using test::multicast;
using test::packet;
using test::unreachable;
using test::unreachable_handler;

constexpr auto site = routes(at<"a">(for_groups(text("A")), put([] { return code::changed; })),
                             at<"bad">(for_groups(get([] { return code::bad_request; }))),
                             at<"large">(for_groups(text("a text of thirty characters..."))),
                             at<"q">(get([] { return code::valid; }).accepts_option<option::uri_query>()));

inline constexpr outcome taken = outcome::named<"taken">();

// Takes or refuses every response.
struct listening {
    bool expected = false;
    int responses = 0;
    packet last;

    std::size_t receive(exchange& x, auto next) {
        if (!is_response_or_ack(x)) return next(x);
        ++responses;
        last = packet{x.request.message.datagram()};
        EXPECT_EQ(x.from.route.remote, test::client);
        if (!expected) return next(x);
        return next.note(x, taken), acknowledge(x);
    }
};

#define EXPECT_ANSWER(datagram, expected, what)                 \
    do {                                                        \
        SCOPED_TRACE(testing::PrintToString(packet{datagram})); \
        core c_{unreachable};                                   \
        EXPECT_EQ(c_.answer(datagram), packet{expected});       \
        EXPECT_EQ(c_[what], 1U);                                \
    } while (false)
constexpr const char* silence = "";

// ---- Requests

// RFC 7252 §5.2.1: the response to a Confirmable request is piggybacked in the Acknowledgement, with its Message ID;
// §5.3.1: the token is echoed.
TEST(core, piggybacks_the_response_to_a_confirmable_request) {
    core c{site};
    EXPECT_EQ(c.answer("40 01 12 34 b1 'a'"), packet{"60 45 12 34 c0 ff 'A'"});
    EXPECT_EQ(c.answer("41 01 ff ff 77 b1 'a'"), packet{"61 45 ff ff 77 c0 ff 'A'"});
    EXPECT_EQ(c.answer("48 01 00 00 01 02 03 04 05 06 07 08 b1 'a'"),
              packet{"68 45 00 00 01 02 03 04 05 06 07 08 c0 ff 'A'"});
    EXPECT_EQ(c.answer("42 03 12 34 aa bb b1 'a' ff 'x'"), packet{"62 44 12 34 aa bb"});
    EXPECT_EQ(c[outcomes::served], 4U);
}

// RFC 7252 §5.2.3: "If the request message is Non-confirmable, then the response SHOULD be returned in a
// Non-confirmable message as well."
TEST(core, answers_a_non_confirmable_request_non_confirmably) {
    core c{site};
    EXPECT_EQ(c.answer("50 01 12 34 b1 'a'"), packet{"50 45 be ef c0 ff 'A'"}) << "with a Message ID of its own";
    EXPECT_EQ(c.answer("52 03 12 34 aa bb b1 'a' ff 'x'"), packet{"52 44 be ef aa bb"});
    EXPECT_EQ(c.answer("51 01 12 34 77 b1 'b'"), packet{"51 84 be ef 77"}) << "errors too";
    EXPECT_EQ(c[outcomes::served], 3U);
}

TEST(core, numbers_non_confirmable_responses) {
    stack s{site, unguarded{}};
    s.start_message_ids_at(0xfffe);
    const auto answer = [&](const packet& datagram) {
        std::array<byte, 64> buffer{};
        std::ranges::copy(datagram.view(), buffer.begin());
        origin from{test::unicast()};
        from.size = datagram.size();
        return packet{bytes{buffer}.first(s.receive(buffer, from, 0))};
    };
    EXPECT_EQ(answer("50 01 12 34 b1 'a'"), packet{"50 45 ff fe c0 ff 'A'"});
    EXPECT_EQ(answer("40 01 12 34 b1 'a'"), packet{"60 45 12 34 c0 ff 'A'"}) << "an Acknowledgement is not numbered";
    EXPECT_EQ(answer("51 01 12 34 77 b1 'a'"), packet{"51 45 ff ff 77 c0 ff 'A'"});
    EXPECT_EQ(answer("50 01 12 34 b1 'a' d1 29 00"), packet{}) << "nor is silence";
    EXPECT_EQ(answer("50 01 12 34 b1 'b'"), packet{"50 84 00 00"}) << "around the end";
}

// RFC 7252 §5.8: "A request with an unrecognized or unsupported Method Code MUST generate a 4.05 (Method Not Allowed)
// piggybacked response."
TEST(core, refuses_unknown_methods) {
    core c{unreachable};
    for (unsigned method = 8; method < 32; ++method) {
        packet datagram = "41 00 12 34 77 b1 'a'";
        datagram[1] = static_cast<byte>(method);
        EXPECT_EQ(c.answer(datagram), packet{"61 85 12 34 77"}) << method;
        datagram[0] = 0x51;
        EXPECT_EQ(c.answer(datagram), packet{"51 85 be ef 77"}) << method;
    }
    EXPECT_EQ(c[outcomes::refused], 48U);
}

// RFC 7252 §5.10.2: 5.05 from a server that is no proxy.
TEST(core, is_no_proxy) {
    core c{unreachable};
    EXPECT_EQ(c.answer(ask(code::get).with(35, "'coap://other/'").token("77")), packet{"61 a5 12 34 77"});
    EXPECT_EQ(c.answer(ask(code::get, "a").with(39, "'coap'").token("77")), packet{"61 a5 12 34 77"});
    EXPECT_EQ(c.answer(ask(code::get).with(35, filler(1034))), packet{"60 a5 12 34"});
    EXPECT_EQ(c.answer(ask(code::get).non().with(35, "'coap://other/'")), packet{"50 a5 be ef"});
    EXPECT_EQ(c[outcomes::refused], 4U);
}

TEST(core, takes_a_proxy_option_of_a_forbidden_length_for_unrecognised) {
    core c{site};
    EXPECT_EQ(c.answer(ask(code::get, "a").with(35, filler(1035))), packet{"60 82 12 34"});
    EXPECT_EQ(c.answer(ask(code::get, "a").with(35)), packet{"60 82 12 34"});
    EXPECT_EQ(c.answer(ask(code::get, "a").with(39)), packet{"60 82 12 34"});
}

// RFC 7252 §5.4.1 takes precedence over §5.8 and §5.10.2: with a critical option that no part of the server can know,
// the request is not understood, whatever its other errors are.
TEST(core, answers_an_unknown_critical_option_before_an_unknown_method_or_a_proxy) {
    core c{unreachable};
    EXPECT_EQ(c.answer("40 08 12 34 e0 26 02"), packet{"60 82 12 34"});
    EXPECT_EQ(c.answer("50 08 12 34 e0 26 02"), packet{});
    EXPECT_EQ(c.answer(ask(code::get).with(35, "'coap://other/'").with(65)), packet{"60 82 12 34"});
    EXPECT_EQ(c.answer(ask(static_cast<code>(8)).with(1)), packet{"60 85 12 34"}) << "If-Match is known";
    EXPECT_EQ(c.answer(ask(code::get).with(35, "'coap://other/'").with(17, "3c")), packet{"60 a5 12 34"});
}

// RFC 7252 §6.5: a URI of "/" and one without a path have the same options, and a client may send the empty segment.
TEST(core, takes_one_empty_segment_for_the_root) {
    constexpr auto root = routes(at<"">(text("root")), at<"a">(text("A")), at<"create/">(text("create")));
    core c{root};
    EXPECT_EQ(c.said("41 01 00 03 aa b0"), "2.05 ct=0: root");
    EXPECT_EQ(c.said(ask(code::get)), "2.05 ct=0: root");
    EXPECT_EQ(c.said(ask(code::get).segment("").segment("")), "4.04") << "that is //";
    EXPECT_EQ(c.said(ask(code::get, "a").segment("")), "4.04") << "/a/ is another path than /a";
    EXPECT_EQ(c.said(ask(code::get, "create").segment("")), "2.05 ct=0: create");
    EXPECT_EQ(c.said(ask(code::get, "create")), "4.04");
}

// RFC 7252 §5.10.1: the options name the host and the port of the request, which has arrived here.
TEST(core, accepts_any_host_and_port) {
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "a").with(3, "'coap.example'")), "2.05 ct=0: A");
    EXPECT_EQ(c.said(ask(code::get, "a").with(7, "16 33")), "2.05 ct=0: A");
    EXPECT_EQ(c.said(ask(code::get, "a").with(7)), "2.05 ct=0: A");
    EXPECT_EQ(c.said(ask(code::get, "a").with(3, filler(255)).with(7, "00")), "2.05 ct=0: A");
}

// ---- Critical options (RFC 7252 §5.4.1, §5.4.3, §5.4.5)

struct bad_option {
    const char* why;
    unsigned number;
    packet value;
    bool twice = false;
};
const std::vector<bad_option> bad_options = {
    {"Uri-Host, too short", 3, {}},
    {"Uri-Host, too long", 3, filler(256)},
    {"Uri-Host, repeated", 3, "'h'", true},
    {"Uri-Port, too long", 7, "00 16 33"},
    {"Uri-Port, repeated", 7, "16 33", true},
    {"Uri-Path, too long", 11, filler(256)},
    {"Uri-Query, too long", 15, filler(256)},
    {"Accept, too long", 17, "00 00 00"},
    {"Accept, repeated", 17, "00", true},
    {"If-Match, not understood", 1, {}},
    {"If-None-Match, not understood", 5, {}},
    {"OSCORE, not understood", 9, {}},
    {"Block1, a part of the body", 27, "08"},
    {"unknown, below 64", 13, {}},
    {"unknown, below 64", 41, {}},
    {"unknown, below 64", 63, {}},
    {"unknown, above 64", 65, {}},
    {"unknown, above 64", 2049, "'experimental'"},
    {"unknown, the last there is", 65535, filler(300)},
};

ask with_bad_option(const bad_option& bad) {
    ask request{code::get, "q"};
    request.token("77").with(bad.number, bad.value);
    if (bad.twice) request.with(bad.number, bad.value);
    return request;
}

// "Unrecognized options of class 'critical' that occur in a Confirmable request MUST cause the return of a 4.02".
TEST(core, answers_a_bad_option_in_a_confirmable_request_with_4_02) {
    for (const bad_option& bad : bad_options) {
        core c{site};
        EXPECT_EQ(c.answer(with_bad_option(bad)), packet{"61 82 12 34 77"}) << bad.why << ' ' << bad.number;
    }
}

// "Unrecognized options of class 'critical' that occur ... in a Non-confirmable message MUST cause the message to be
// rejected": by silence.
TEST(core, is_silent_about_a_bad_option_in_a_non_confirmable_request) {
    for (const bad_option& bad : bad_options) {
        core c{site};
        EXPECT_EQ(c.answer(with_bad_option(bad).non()), packet{}) << bad.why << ' ' << bad.number;
        EXPECT_EQ(c[outcomes::bad_option], 1U) << bad.why;
    }
}

// RFC 7252 §5.4.3, §5.4.5: a bad length or repetition makes an option unrecognised, so no handler sees it.
const std::vector<bad_option> forbidden_options = {
    {"If-Match, too long", 1, filler(9)},     {"Uri-Host, too short", 3, {}},
    {"Uri-Host, repeated", 3, "'h'", true},   {"If-None-Match, too long", 5, "00"},
    {"If-None-Match, repeated", 5, {}, true}, {"Uri-Port, too long", 7, filler(3)},
    {"OSCORE, too long", 9, filler(256)},     {"OSCORE, repeated", 9, "00", true},
    {"Uri-Path, too long", 11, filler(256)},  {"Uri-Query, too long", 15, filler(256)},
    {"Accept, too long", 17, filler(3)},      {"Accept, repeated", 17, {}, true},
    {"Q-Block1, too long", 19, filler(4)},    {"EDHOC, too long", 21, "00"},
    {"Block2, too long", 23, filler(4)},      {"Block1, repeated", 27, "00", true},
    {"Q-Block2, too long", 31, filler(4)},    {"Proxy-Uri, too short", 35, {}},
    {"Proxy-Uri, repeated", 35, "'u'", true}, {"Proxy-Scheme, too long", 39, filler(256)},
};

TEST(core, shows_no_handler_a_forbidden_length_or_repetition) {
    for (const bad_option& bad : forbidden_options) {
        core c{unreachable};
        EXPECT_EQ(c.answer(with_bad_option(bad)), packet{"61 82 12 34 77"}) << bad.why;
        EXPECT_EQ(c[outcomes::refused], 1U) << bad.why;
        EXPECT_EQ(c.answer(with_bad_option(bad).non()), packet{}) << bad.why;
        EXPECT_EQ(c[outcomes::bad_option], 1U) << bad.why;
    }
    core c{unreachable};
    EXPECT_EQ(c.answer(ask(static_cast<code>(8)).with(5, "00")), packet{"60 82 12 34"}) << "before the method";
    EXPECT_EQ(c.answer(ask(code::get).with(35, "'u'").with(5, "00")), packet{"60 82 12 34"}) << "before proxying";
}

// The handler judges the options that the server does not know.
TEST(core, shows_a_handler_every_option_that_is_allowed) {
    constexpr auto handler = [](const request& r) -> reply {
        return (r.critical_options & malformed_options) == 0 ? code::valid : code::bad_request;
    };
    core c{handler};
    for (const auto& [number, longest] :
         {std::pair{1U, 8U}, {5U, 0U}, {9U, 255U}, {13U, 300U}, {15U, 255U}, {23U, 3U}, {27U, 3U}, {65535U, 300U}})
        EXPECT_EQ(c.said(ask(code::get).with(number, filler(longest))), "2.03") << number;
    for (const unsigned number : {1U, 11U, 13U, 15U, 31U, 65U, 65535U})
        EXPECT_EQ(c.said(ask(code::get).with(number).with(number)), "2.03") << number << " may be repeated";
}

// "Unrecognized options of class 'elective' MUST be silently ignored."
TEST(core, ignores_elective_options_that_it_does_not_know_or_that_are_wrong) {
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "a").with(2).with(64, filler(300)).with(65534)), "2.05 ct=0: A");
    EXPECT_EQ(c.said(ask(code::get, "a").with(6, filler(4)).with(12, filler(3)).with(60, filler(5))), "2.05 ct=0: A");
    EXPECT_EQ(c.said(ask(code::get, "a").with(12).with(12).with(14).with(14)), "2.05 ct=0: A");
}

TEST(core, lets_be_repeated_what_may_be) {
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "q").query("a").query("a").query("")), "2.03");
}

// ---- What is no request

// RFC 7252 §4.3: "ping".
TEST(core, answers_a_ping_with_a_reset) {
    EXPECT_ANSWER("40 00 12 34", "70 00 12 34", outcomes::ping);
    EXPECT_ANSWER("40 00 ff ff", "70 00 ff ff", outcomes::ping);
}

// RFC 7252 §4.3: a Non-confirmable message "MUST NOT be Empty"; rejected "MAY" be by a Reset, here it is by silence.
TEST(core, is_silent_about_other_empty_messages) {
    EXPECT_ANSWER("50 00 12 34", silence, outcomes::unwanted);
    EXPECT_ANSWER("60 00 12 34", silence, outcomes::unwanted);
    EXPECT_ANSWER("70 00 12 34", silence, outcomes::unwanted);
}

// RFC 7252 §4.2: "Rejecting an Acknowledgement or Reset message is effected by silently ignoring it."
TEST(core, is_silent_about_a_request_in_an_acknowledgement_or_reset) {
    EXPECT_ANSWER("60 01 12 34 b1 'a'", silence, outcomes::unwanted);
    EXPECT_ANSWER("70 01 12 34 b1 'a'", silence, outcomes::unwanted);
    EXPECT_ANSWER("61 02 12 34 77 ff 'x'", silence, outcomes::unwanted);
    EXPECT_ANSWER("60 1f 12 34", silence, outcomes::unwanted);
}

// RFC 7252 §4.2: a Confirmable message that "uses a reserved class" is rejected with a Reset; §4.3: others by silence.
TEST(core, rejects_reserved_classes) {
    for (const unsigned cls : {1U, 3U, 6U, 7U})
        for (const unsigned detail : {0U, 1U, 31U})
            for (const unsigned type : {0U, 1U, 2U, 3U}) {
                packet datagram = "41 00 12 34 77 ff 'x'";
                datagram[0] = static_cast<byte>(0x41 | type << 4);
                datagram[1] = static_cast<byte>(cls << 5 | detail);
                EXPECT_ANSWER(datagram, type == 0 ? "70 00 12 34" : silence, outcomes::malformed);
            }
}

// RFC 7252 §4.2, §4.3: message format errors likewise.
TEST(core, rejects_malformed_messages) {
    for (const char* const rest : {"ff", "f1 61", "1f 61", "d0", "0e 00", "b2 'a'", "e0 ff ff", "b1 'a' ff"}) {
        EXPECT_ANSWER(packet{"40 01 12 34"} + rest, "70 00 12 34", outcomes::malformed);
        EXPECT_ANSWER(packet{"50 01 12 34"} + rest, silence, outcomes::malformed);
        EXPECT_ANSWER(packet{"60 45 12 34"} + rest, silence, outcomes::malformed);
        EXPECT_ANSWER(packet{"70 00 12 34"} + rest, silence, outcomes::malformed);
    }
    EXPECT_ANSWER("49 01 12 34 01 02 03 04 05 06 07 08 09", "70 00 12 34", outcomes::malformed);
    EXPECT_ANSWER("4f 01 12 34", "70 00 12 34", outcomes::malformed);
    EXPECT_ANSWER("48 01 12 34 aa bb", "70 00 12 34", outcomes::malformed);
    EXPECT_ANSWER("40 00 12 34 ff 'x'", "70 00 12 34", outcomes::malformed);
    EXPECT_ANSWER("41 00 12 34 77", "70 00 12 34", outcomes::malformed);
    EXPECT_ANSWER("51 00 12 34 77", silence, outcomes::malformed);
}

// RFC 7252 §3: "MUST be silently ignored".
TEST(core, is_silent_about_other_versions) {
    EXPECT_ANSWER("00 01 12 34", silence, outcomes::unknown_version);
    EXPECT_ANSWER("80 01 12 34", silence, outcomes::unknown_version);
    EXPECT_ANSWER("c0 00 12 34", silence, outcomes::unknown_version);
    EXPECT_ANSWER("0f 01 12 34 ff", silence, outcomes::unknown_version);
}

TEST(core, is_silent_about_less_than_a_header) {
    EXPECT_ANSWER("", silence, outcomes::too_short);
    EXPECT_ANSWER("40", silence, outcomes::too_short);
    EXPECT_ANSWER("40 01 12", silence, outcomes::too_short);
}

net::arrival cut(net::arrival about = test::unicast()) {
    about.truncated = true;
    return about;
}

// The lost bytes may change the meaning of a datagram. RFC 7252 §5.9.2.9: a request is answered with 4.13. §4.2:
// "lacking context to process it", any other Confirmable message is rejected with a Reset. §4.3: other messages are
// rejected by silence here.
TEST(core, rejects_a_truncated_datagram) {
    struct {
        const char* begin;
        const char* to_confirmable;
        const char* to_non_confirmable;
    } const cases[] = {
        {"01 12 34 b1 'a' ff", "60 8d 12 34", "50 8d be ef"},
        {"03 12 34 b1 'a' 11 3c ff", "60 8d 12 34", "50 8d be ef"},
        {"45 12 34 ff", "70 00 12 34", silence},
    };
    for (const auto& [begin, to_confirmable, to_non_confirmable] : cases) {
        core<unreachable_handler, listening> c{unreachable, 16};
        c.layer<listening>().expected = true;
        EXPECT_EQ(c.answer(packet{"40"} + begin + filler(20)), packet{to_confirmable}) << begin;
        EXPECT_EQ(c.answer(packet{"50"} + begin + filler(20)), packet{to_non_confirmable}) << begin;
        EXPECT_EQ(c.answer(packet{"60"} + begin + filler(20)), packet{}) << begin;
        EXPECT_EQ(c.answer(packet{"70"} + begin + filler(20)), packet{}) << begin;
        EXPECT_EQ(c.answer(packet{"40"} + begin + filler(20), multicast()), packet{}) << begin;
        EXPECT_EQ(c.answer(packet{"50"} + begin + filler(20), multicast()), packet{}) << begin;
        EXPECT_EQ(c.layer<listening>().responses, 0) << "half a response is none";
    }
    core c{unreachable, 64};
    EXPECT_EQ(c.answer("40 01 12 34", cut()), packet{"60 8d 12 34"});
    EXPECT_EQ(c.answer("48 01 12 34 01 02 03 04 05 06 07 08", cut()), packet{"68 8d 12 34 01 02 03 04 05 06 07 08"});
    EXPECT_EQ(c[outcomes::truncated], 2U);
    EXPECT_EQ(c.answer("40 00 12 34", cut()), packet{"70 00 12 34"});
    EXPECT_EQ(c.answer("40 21 12 34", cut()), packet{"70 00 12 34"});
}

// A cut through an option or behind a marker does not matter, because the server does not look at the rest. A cut in
// the token makes the datagram malformed. It is counted as truncated once.
TEST(core, rejects_a_truncated_datagram_that_is_malformed) {
    for (const char* const rest : {"01 12 34 ff", "01 12 34 b5 'ab'", "01 12 34 d0", "01 12 34 f0"}) {
        core c{unreachable, 64};
        EXPECT_EQ(c.answer(packet{"40"} + rest, cut()), packet{"60 8d 12 34"}) << rest;
        EXPECT_EQ(c.answer(packet{"50"} + rest, cut()), packet{"50 8d be ef"}) << rest;
        EXPECT_EQ(c[outcomes::truncated], 2U) << rest;
        EXPECT_EQ(c.answer(packet{"60"} + rest, cut()), packet{}) << rest;
        EXPECT_EQ(c.answer(packet{"70"} + rest, cut()), packet{}) << rest;
        EXPECT_EQ(c.answer(packet{"40"} + rest, cut(multicast())), packet{}) << rest;
        EXPECT_EQ(c[outcomes::malformed], 0U) << rest;
    }
    core c{unreachable};
    EXPECT_EQ(c.answer("48 01 12 34 01 02", cut()), packet{"70 00 12 34"});
    EXPECT_EQ(c.answer("58 01 12 34 01 02", cut()), packet{});
    EXPECT_EQ(c.answer("4f 01 12 34", cut()), packet{"70 00 12 34"});
    EXPECT_EQ(c[outcomes::truncated], 3U);
}

TEST(core, is_silent_about_a_truncated_datagram_without_a_header) {
    for (const char* const datagram : {"", "40", "40 01 12", "00 01 12 34", "80 01 12 34 b1 'a'", "c0 00 12 34"}) {
        core c{unreachable};
        EXPECT_EQ(c.answer(datagram, cut()), packet{}) << datagram;
        EXPECT_EQ(c[outcomes::truncated], 1U) << datagram;
    }
}

// ---- Responses

// RFC 7252 §4.2: a Confirmable message is acknowledged or, "lacking context to process it", rejected by a Reset;
// §5.3.2.
TEST(core, acknowledges_or_rejects_responses) {
    struct {
        const char* datagram;
        const char* if_expected;
        const char* if_not;
    } const cases[] = {
        {"41 45 12 34 77 ff 'x'", "60 00 12 34", "70 00 12 34"},
        {"48 84 12 34 01 02 03 04 05 06 07 08", "60 00 12 34", "70 00 12 34"},
        {"40 bf 12 34", "60 00 12 34", "70 00 12 34"},
        {"51 45 12 34 77 ff 'x'", silence, silence},
        {"61 45 12 34 77 ff 'x'", silence, silence},
        {"60 a0 12 34", silence, silence},
        {"60 00 12 34", silence, silence},
        {"70 00 12 34", silence, silence},
    };
    for (const auto& [datagram, if_expected, if_not] : cases)
        for (const bool expected : {true, false}) {
            SCOPED_TRACE(datagram);
            core<unreachable_handler, listening> c{unreachable};
            c.layer<listening>().expected = expected;
            EXPECT_EQ(c.answer(datagram), packet{expected ? if_expected : if_not});
            EXPECT_EQ(c.layer<listening>().responses, 1);
            EXPECT_EQ(c.layer<listening>().last, packet{datagram}) << "the layer sees it whole";
            EXPECT_EQ(c[expected ? taken : outcomes::unwanted], 1U);
        }
}

// A message that cannot be a response is not shown to a layer, even if the layer would take it.
TEST(core, shows_a_layer_responses_only) {
    for (const char* const datagram : {"40 00 12 34", "50 00 12 34", "60 01 12 34", "70 01 12 34", "40 21 12 34",
                                       "60 e1 12 34", "70 45 12 34", "40 45 12 34 ff"}) {
        core<unreachable_handler, listening> c{unreachable};
        c.layer<listening>().expected = true;
        c.answer(datagram);
        EXPECT_EQ(c.layer<listening>().responses, 0) << datagram;
        EXPECT_EQ(c[taken], 0U) << datagram;
    }
}

// ---- Multicast (RFC 7252 §8)

// §8.2: answers that are useful are given.
TEST(core, answers_a_multicast_request) {
    core c{site};
    EXPECT_EQ(c.answer("51 01 12 34 77 b1 'a'", multicast()), packet{"51 45 be ef 77 c0 ff 'A'"});
    EXPECT_EQ(c[outcomes::served], 1U);
}

// §8.2: "the server MAY always ignore the request, in particular if it doesn't have anything useful to respond (e.g.,
// if it only has an empty payload or an error response)."
TEST(core, tells_no_errors_to_a_multicast_request) {
    core c{site};
    EXPECT_EQ(c.answer(ask(code::get, "missing").non(), multicast()), packet{});
    EXPECT_EQ(c.answer(ask(code::post, "a").non(), multicast()), packet{});
    EXPECT_EQ(c.answer(ask(code::get, "a").non().accept(60), multicast()), packet{});
    EXPECT_EQ(c.answer(ask(code::get, "bad").non(), multicast()), packet{}) << "a handler's own";
    EXPECT_EQ(c.answer(ask(static_cast<code>(8)).non(), multicast()), packet{});
    EXPECT_EQ(c.answer(ask(code::get).non().with(35, "'x'"), multicast()), packet{});
    EXPECT_EQ(c.answer(ask(code::get, "a").non().with(65), multicast()), packet{});
    EXPECT_EQ(c[outcomes::unsaid], 7U);
}

TEST(core, tells_a_multicast_request_nothing_of_a_reply_that_is_too_large) {
    core c{site, 24};
    EXPECT_EQ(c.answer(ask(code::get, "large").non(), multicast()), packet{});
}

// §8.1: multicast requests "MUST be Non-confirmable".
TEST(core, is_silent_about_a_confirmable_multicast_request) {
    core c{unreachable};
    EXPECT_EQ(c.answer("41 01 12 34 77 b1 'a'", multicast()), packet{});
    EXPECT_EQ(c[outcomes::unwanted], 1U);
}

// §8.1: "a CoAP server ... MUST NOT return a Reset message in reply to a Non-confirmable" multicast message; here, to
// none.
TEST(core, never_resets_or_acknowledges_what_came_by_multicast) {
    for (const bool expected : {true, false})
        for (const char* const datagram : {"40 00 12 34", "40 01 12 34 ff", "40 45 12 34", "50 45 12 34", "40 21 12 34",
                                           "4f 01 12 34", "50 01 12 34 ff", "60 00 12 34", "70 00 12 34"}) {
            core<unreachable_handler, listening> c{unreachable};
            c.layer<listening>().expected = expected;
            EXPECT_EQ(c.answer(datagram, multicast()), packet{}) << datagram << expected;
        }
}

// ---- Replies that do not fit

TEST(core, answers_5_00_if_the_reply_is_too_large) {
    const packet confirmable = ask(code::get, "large").token("01 02 03 04 05 06 07 08");
    const packet whole = core{site}.answer(confirmable);
    for (std::size_t capacity = confirmable.size(); capacity < whole.size(); ++capacity) {
        core c{site, capacity};
        EXPECT_EQ(c.answer(confirmable), packet{"68 a0 12 34 01 02 03 04 05 06 07 08"}) << capacity;
        EXPECT_EQ(c.answer(ask(code::get, "large").token("01 02 03 04 05 06 07 08").non()),
                  packet{"58 a0 be ef 01 02 03 04 05 06 07 08"});
        EXPECT_EQ(c[outcomes::reply_too_large], 2U);
    }
    core c{site, whole.size()};
    EXPECT_EQ(c.answer(confirmable), whole);
    EXPECT_EQ(c[outcomes::served], 1U);
}

// If a handler returns a 5.00 that does not fit, the response is sent without its payload.
TEST(core, answers_5_00_if_a_5_00_is_too_large) {
    constexpr auto failing = [](const request&) -> reply {
        return {code::internal_server_error, [](message::writer& to) { to.payload("a diagnostic message"); }};
    };
    core c{failing, 16};
    EXPECT_EQ(c.answer("40 01 12 34"), packet{"60 a0 12 34"});
}

// ---- The smallest buffer there may be: a header and a token.
TEST(core, works_in_12_bytes) {
    core c{site, 12};
    EXPECT_EQ(c.answer("48 01 12 34 01 02 03 04 05 06 07 08"), packet{"68 84 12 34 01 02 03 04 05 06 07 08"});
    EXPECT_EQ(c.answer("40 01 12 34 b1 'a'"), packet{"60 45 12 34 c0 ff 'A'"});
    EXPECT_EQ(c.answer("40 01 12 34 b5 'large'"), packet{"60 a0 12 34"});
    EXPECT_EQ(c.answer("40 00 12 34"), packet{"70 00 12 34"});
}

// If a caller lends less memory by mistake, no build writes to it.
TEST(core, leaves_memory_alone_that_is_too_small_for_it) {
    for (std::size_t size = 4; size < 12; ++size) {
        std::vector<byte> memory(size + 16, 0xee);
        origin from{test::unicast()};
        const packet ping = "40 00 12 34";
        std::copy(ping.view().begin(), ping.view().end(), memory.begin());
        from.size = 4;
        counters counted;
        stack s{site, unguarded{}, counted};
        EXPECT_EQ(s.receive(mutable_bytes{memory}.first(size), from, 0), 0U) << size;
        EXPECT_EQ(counted[outcomes::truncated], 1U);
        EXPECT_EQ(packet{bytes{memory}.first(4)}, ping);
    }
}

TEST(core, leaves_memory_alone_that_is_too_small_for_a_challenge) {
    constexpr auto gate = routes(at<"g">(confirmed_only(text("G"))));
    const packet datagram = "48 01 12 34 01 02 03 04 05 06 07 08 b1 'g'";
    for (std::size_t size = datagram.size(); size <= 22; ++size) {
        std::vector<byte> memory(size + 16, 0xee);
        origin from{test::unicast()};
        std::copy(datagram.view().begin(), datagram.view().end(), memory.begin());
        from.size = datagram.size();
        stack s{gate, echo_guard{test::guard_key}};
        EXPECT_EQ(s.receive(mutable_bytes{memory}.first(size), from, 0), size == 22 ? 22U : 0U) << size;
        EXPECT_EQ(std::count(memory.begin() + static_cast<std::ptrdiff_t>(size), memory.end(), 0xee), 16) << size;
    }
}

// The server answers equal datagrams equally, because it keeps no state from one to the next.
TEST(core, keeps_nothing_from_one_datagram_to_the_next) {
    std::vector<byte> memory(64);
    stack s{site, unguarded{}};
    origin from{};
    const auto answer = [&](const packet& datagram) {
        std::ranges::copy(datagram.view(), memory.begin());
        static_cast<net::arrival&>(from) = test::unicast();
        from.size = datagram.size();
        return packet{bytes{memory}.first(s.receive(memory, from, 0))};
    };
    const packet with_everything = ask(code::get, "a").accept(60).format(60).query("q").with(65).token("77");
    const packet plain = ask(code::get, "a");
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(answer(with_everything), packet{"61 82 12 34 77"});
        EXPECT_EQ(answer(plain), packet{"60 45 12 34 c0 ff 'A'"});
        EXPECT_EQ(answer("40 01 12 34"), packet{"60 84 12 34"});
        EXPECT_EQ(answer("40 01 12 34 ff"), packet{"70 00 12 34"});
    }
}

}  // namespace
}  // namespace mincoap
