// SenML packs (RFC 8428), compared with bytes written by hand.
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../../support/exchange.hpp"
#include "../../support/options.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::block2;
using test::core;
using test::etag_number;
using test::packet;

// Returns the payload of a response in SenML.
packet payload_of(const packet& sent) {
    const auto message = message::view::parse(sent.view());
    if (!message || message->code() != code::content) return {};
    const auto format = message->options().find(option::content_format);
    EXPECT_TRUE(format && format->uint() == 112) << testing::PrintToString(sent);
    return packet{message->payload()};
}

// Returns the encoded records of a pack.
template <typename Pack>
packet written(Pack pack) {
    const auto site = routes(at<"s">(pack));
    return payload_of(core{site}.answer(ask(code::get, "s")));
}

packet tag_in(const packet& sent) {
    const auto message = message::view::parse(sent.view());
    const auto tag = message ? message->options().find(option::etag) : std::nullopt;
    return tag ? packet{tag->value} : packet{};
}

bool yes() { return true; }

TEST(senml, is_a_list_of_named_values_with_their_units) {
    static const float humidity = 40.25F;
    static bool is_open;
    is_open = false;
    constexpr auto site = routes(at<"s">(senml<"urn:dev:ow:10e2073a01080063:">(
        entry<"temp", "Cel">([] { return 21.5; }), entry<"humid", "%RH">(humidity), entry<"door">(is_open))));
    core c{site};
    EXPECT_EQ(payload_of(c.answer(ask(code::get, "s"))),
              packet{"83 a4 21 78 1c 'urn:dev:ow:10e2073a01080063:' 00 64 'temp' 01 63 'Cel' 02 f9 4d60"
                     "   a3 00 65 'humid' 01 63 '%RH' 02 f9 5108"
                     "   a2 00 64 'door' 04 f4"});
    is_open = true;
    EXPECT_EQ(c.said(ask(code::get, "s").accept(112)).substr(0, 11), "2.05 ct=112");
    EXPECT_EQ(c.said(ask(code::get, "s").accept(110)), "4.06") << "JSON";
    EXPECT_EQ(c.said(ask(code::put, "s").format(112)), "4.05");
    EXPECT_EQ(payload_of(c.answer(ask(code::get, "s"))).view().back(), 0xf5) << "it is open by now";
}

TEST(senml, writes_numbers_in_their_shortest_form) {
    static const auto least = std::numeric_limits<std::int64_t>::min();
    static const auto most = std::numeric_limits<std::uint64_t>::max();
    static const std::int8_t small = -1;
    static const char letter = 'A';
    static const float third = 1.0F / 3;
    EXPECT_EQ(written(senml(entry<"a">(least), entry<"b">(most), entry<"c">(small), entry<"d">(letter))),
              packet{"84 a2 00 61 'a' 02 3b 7fffffffffffffff a2 00 61 'b' 02 1b ffffffffffffffff"
                     "   a2 00 61 'c' 02 20 a2 00 61 'd' 02 18 41"});
    EXPECT_EQ(written(senml(entry<"a">(third), entry<"b">([] { return 0.1; }), entry<"c">([] { return 0.0; }))),
              packet{"83 a2 00 61 'a' 02 fa 3eaaaaab a2 00 61 'b' 02 fb 3fb999999999999a a2 00 61 'c' 02 f9 0000"});
}

TEST(senml, tells_text_and_bytes) {
    static constexpr std::string_view version = "1.2\0";
    static const std::string owner = "long-lived";
    static constexpr std::array<byte, 2> key{0x00, 0xff};
    EXPECT_EQ(written(senml(entry<"v">(version), entry<"l">("ab"), entry<"o">(owner), entry<"k">(key),
                            entry<"s">([] { return bytes{key}; }), entry<"c">([] { return "c"; }))),
              packet{"86 a2 00 61 'v' 03 63 '1.2' a2 00 61 'l' 03 62 'ab' a2 00 61 'o' 03 6a 'long-lived'"
                     "   a2 00 61 'k' 08 42 00 ff a2 00 61 's' 08 42 00 ff a2 00 61 'c' 03 61 'c'"});
}

TEST(senml, tells_sums_and_times) {
    static const std::uint32_t joules = 120'000;
    EXPECT_EQ(written(senml<"urn:">(entry<"p", "W">([] { return 100; }).sum(joules).update_time<60>(), entry<"e">([] {
                                                                                                           return 1;
                                                                                                       }).time([] {
                          return -5;
                      })).base_time([] { return 1'320'067'464.5; })),
              packet{"82 a7 21 64 'urn:' 22 fb 41d3aba862200000"
                     "      00 61 'p' 01 61 'W' 07 18 3c 02 18 64 05 1a 0001d4c0"
                     "   a3 00 61 'e' 02 01 06 24"});
}

TEST(senml, may_have_a_base_name_from_a_function) {
    static const std::string name = "dev7:";
    const packet expected = "82 a3 21 65 'dev7:' 00 62 '/a' 04 f5 a2 00 61 'b' 04 f5";
    EXPECT_EQ(written(senml(name, entry<"/a">(yes), entry<"b">(yes))), expected);
    EXPECT_EQ(written(senml([] { return std::string_view{name}; }, entry<"/a">(yes), entry<"b">(yes))), expected);
    EXPECT_EQ(written(senml([] { return std::string_view{name}; }, entry<"">(yes)).base_time([] { return 9; })),
              packet{"81 a3 21 65 'dev7:' 22 09 04 f5"});
}

// RFC 8428 §4.5.1: the name may be missing if the base name is a valid name.
TEST(senml, may_be_named_by_its_base_alone) {
    EXPECT_EQ(written(senml<"door">(entry<"">(yes))), packet{"81 a2 21 64 'door' 04 f5"});
}

// ---- Entries that are left out

struct sensors {
    std::optional<double> first = 1.0;
    std::optional<int> second = 2;
    std::optional<double> sum{};
    std::optional<double> time{};
};

packet told(const sensors& given) {
    static sensors now;
    now = given;
    return written(
        senml<"u:">(entry<"a">(now.first), entry<"b">(now.second).sum(now.sum)).base_time([] { return now.time; }));
}

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(senml, leaves_out_what_is_not_there) {
    EXPECT_EQ(told({}), packet{"82 a3 21 62 'u:' 00 61 'a' 02 f9 3c00 a2 00 61 'b' 02 02"});
    EXPECT_EQ(told({.sum = 1.0, .time = 1.0}),
              packet{"82 a4 21 62 'u:' 22 f9 3c00 00 61 'a' 02 f9 3c00 a3 00 61 'b' 02 02 05 f9 3c00"});
    EXPECT_EQ(told({.second = {}}), packet{"81 a3 21 62 'u:' 00 61 'a' 02 f9 3c00"});
    EXPECT_EQ(told({.second = {}, .sum = 1.0}), packet{"82 a3 21 62 'u:' 00 61 'a' 02 f9 3c00 a2 00 61 'b' 05 f9 3c00"})
        << "RFC 8428 §4.2: no value if there is a sum";
}

TEST(senml, tells_the_base_name_in_the_first_record_that_is_left) {
    EXPECT_EQ(told({.first = {}, .time = 1.0}), packet{"81 a4 21 62 'u:' 22 f9 3c00 00 61 'b' 02 02"});
}

// RFC 8428 §6: numbers are JSON numbers.
TEST(senml, leaves_out_what_is_no_number) {
    for (const double none : {nan, -nan, infinity, -infinity}) {
        EXPECT_EQ(told({.first = none}), packet{"81 a3 21 62 'u:' 00 61 'b' 02 02"}) << none;
        EXPECT_EQ(told({.sum = none, .time = none}), told({})) << none;
        const auto narrow = static_cast<float>(none);
        EXPECT_EQ(written(senml(entry<"a">(narrow), entry<"b">(yes))), packet{"81 a2 00 61 'b' 04 f5"}) << none;
    }
    EXPECT_EQ(told({.first = std::numeric_limits<double>::max()}),
              packet{"82 a3 21 62 'u:' 00 61 'a' 02 fb 7fefffffffffffff a2 00 61 'b' 02 02"});
}

// A time is not a value, and RFC 8428 §11 requires at least one record.
TEST(senml, is_unavailable_if_nothing_is_left) {
    const auto nothing = [] { return std::optional<int>{}; };
    const auto site = routes(at<"s">(senml(entry<"a">(nothing).time([] { return 1; })).base_time([] { return 1; })));
    EXPECT_EQ(core{site}.said(ask(code::get, "s")), "5.03");
}

TEST(senml, may_repeat_a_name_at_another_time) {
    EXPECT_EQ(written(senml(entry<"a">(yes), entry<"a">(yes).time([] { return -60; }))),
              packet{"82 a2 00 61 'a' 04 f5 a3 00 61 'a' 04 f5 06 38 3b"});
}

// ---- Block-wise

// A function whose value, and its encoded size, change on each call.
int reads;
std::uint32_t restless() { return ++reads % 2 == 0 ? 0U : 0xffff'ffff; }

TEST(senml, reads_each_value_once_for_a_request) {
    constexpr auto site = routes(at<"s">(senml(entry<"a">(restless), entry<"b">(restless))));
    core c{site};
    reads = 0;
    EXPECT_EQ(payload_of(c.answer(ask(code::get, "s"))), packet{"82 a2 00 61 'a' 02 1a ffffffff a2 00 61 'b' 02 00"});
    EXPECT_EQ(reads, 2);
}

constexpr auto numbers = routes(at<"s">(
    senml<"urn:dev:">(entry<"first">([] { return 1; }), entry<"second">([] { return 0.1; }),
                      entry<"third">([] { return std::string_view{"text"}; }), entry<"fourth">([] { return true; }))));
const packet all_numbers = "84 a3 21 68 'urn:dev:' 00 65 'first' 02 01 a2 00 66 'second' 02 fb 3fb999999999999a"
                           "   a2 00 65 'third' 03 64 'text' a2 00 66 'fourth' 04 f5";

TEST(senml, goes_in_blocks_through_a_small_buffer) {
    for (const std::size_t capacity : {40U, 52U, 68U, 100U}) {
        core c{numbers, capacity};
        packet all;
        for (byte n = 0; all.size() < all_numbers.size() && n < 8; ++n) {
            const byte asked = static_cast<byte>(n << 4);  // blocks of 16
            all = all + payload_of(c.answer(ask(code::get, "s").with(block2, packet{bytes{&asked, 1}})));
        }
        EXPECT_EQ(all, all_numbers) << capacity;
    }
}

// The values that the server reads do not reduce the room for the response.
TEST(senml, is_sent_wherever_a_block_fits) {
    for (std::size_t capacity = 16; capacity < 140; ++capacity) {
        const packet sent = core(numbers, capacity).answer(ask(code::get, "s"));
        const auto message = message::view::parse(sent.view());
        ASSERT_TRUE(message) << capacity;
        if (message->code() == code::internal_server_error) {
            EXPECT_LT(capacity, 40U);
            continue;
        }
        const packet part = payload_of(sent);
        ASSERT_GE(part.size(), 16U) << capacity;
        EXPECT_EQ(part, packet{bytes{all_numbers}.first(part.size())}) << capacity;
    }
    EXPECT_EQ(payload_of(core(numbers, 140).answer(ask(code::get, "s"))), all_numbers);
}

TEST(senml, has_an_etag_that_changes_with_its_values) {
    static int number;
    number = 1;
    constexpr auto site = routes(at<"s">(senml(entry<"a">(number))));
    core c{site};
    const packet first = tag_in(c.answer(ask(code::get, "s")));
    ASSERT_NE(first.size(), 0U);
    EXPECT_EQ(c.said(ask(code::get, "s").with(etag_number, first)), "2.03");
    number = 2;
    EXPECT_EQ(c.said(ask(code::get, "s").with(etag_number, first)).substr(0, 4), "2.05");
    EXPECT_NE(tag_in(c.answer(ask(code::get, "s"))), first);
}

TEST(senml, has_no_block_past_its_end) {
    EXPECT_EQ(core{numbers}.said(ask(code::get, "s").with(block2, "f2")), "4.00");
    EXPECT_EQ(core{numbers}.said(ask(code::get, "s").with(block2, "07")), "4.00");
}

TEST(senml, is_one_of_several_formats) {
    static bool is_open;
    is_open = true;
    constexpr auto site =
        routes(at<"door">(negotiated(value(is_open), senml<"door">(entry<"">(is_open)))).ct(), well_known_core);
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "door")), "2.05 ct=0: 1");
    EXPECT_EQ(payload_of(c.answer(ask(code::get, "door").accept(112))), packet{"81 a2 21 64 'door' 04 f5"});
    EXPECT_EQ(c.said(ask(code::get, "door").accept(60)), "4.06: 0 112");
    EXPECT_EQ(c.said(ask(code::get, ".well-known/core")), "2.05 ct=40: </door>;ct=\"0 112\"");
}

TEST(senml, may_have_link_attributes) {
    constexpr auto site = routes(at<"s">(senml(entry<"a">(yes))).ct(content_format::senml_cbor), well_known_core);
    EXPECT_EQ(core{site}.said(ask(code::get, ".well-known/core")), "2.05 ct=40: </s>;ct=112");
}

// ---- Names (RFC 8428 §4.5.1)

using detail::senml::begins_name;
using detail::senml::has_name_characters;

static_assert(has_name_characters("AZaz09-:./_"));
static_assert(has_name_characters(""));
static_assert(!has_name_characters("a b") && !has_name_characters("@") && !has_name_characters("[") &&
              !has_name_characters("`") && !has_name_characters("{") && !has_name_characters(",") &&
              !has_name_characters("\x7f") && !has_name_characters("\xc3\xa4") && !has_name_characters({"a\0", 2}));
static_assert(begins_name("", "a") && begins_name("", "Z") && begins_name("", "0") && begins_name("a", "-"));
static_assert(!begins_name("", "") && !begins_name("", "-a") && !begins_name(":", "a") && !begins_name("_", ""));

// The types of variables and functions that an entry can encode.
using detail::senml::value_type;
static_assert(value_type<bool&> && value_type<const char*> && value_type<const char (&)[3]> && value_type<bytes>);
static_assert(value_type<const std::string&> && value_type<const std::vector<byte>&> && value_type<float>);
static_assert(!value_type<std::string> && !value_type<std::array<byte, 2>> && !value_type<long double>);
static_assert(!value_type<code> && !value_type<void*> && !value_type<std::vector<int>&>);

}  // namespace
}  // namespace mincoap
