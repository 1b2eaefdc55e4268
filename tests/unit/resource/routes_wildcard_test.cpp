// Paths with wildcards: the segments that they match, the segments that a handler receives, and precedence.
#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "../../support/exchange.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::core;
using test::packet;

// Returns a function that responds with its own word.
constexpr auto says(const char* word) {
    return [word] { return content(word); };
}

// Responds with the segment that it receives.
reply echo(const request&, std::string_view segment) {
    static std::string seen;
    seen = "<" + std::string{segment} + ">";
    return content(std::string_view{seen});
}

// Responds with the path segments that it sees, each in brackets.
reply see_segments(const request& r) {
    static std::string seen;
    seen.clear();
    for (const message::option_view s : r.segments()) seen += "[" + std::string{s.text()} + "]";
    return content(std::string_view{seen});
}

// Responds with both.
reply echo_and_see(const request& r, std::string_view segment) {
    static std::string seen;
    seen.clear();
    for (const message::option_view s : r.segments()) seen += "[" + std::string{s.text()} + "]";
    seen += "<" + std::string{segment} + ">";
    return content(std::string_view{seen});
}

// ---- Segments that a wildcard matches

// RFC 7252 §5.10: a Uri-Path has 0 to 255 bytes. §3.1: a length from 13 on has an extended encoding.
TEST(wildcard, takes_a_segment_of_any_length) {
    constexpr auto site = routes(at<"*">(get(echo)), at<"sensors/*">(get(echo)), at<"sensors/*/value">(get(echo)));
    core c{site, 1152};
    for (const std::size_t size : {0U, 1U, 2U, 11U, 12U, 13U, 14U, 28U, 100U, 254U, 255U}) {
        const std::string any(size, 's');
        const std::string expected = "2.05 ct=0: <" + any + ">";
        EXPECT_EQ(c.said(ask(code::get).segment(any)), size == 0 ? "4.04" : expected) << size << ": / is the root";
        EXPECT_EQ(c.said(ask(code::get).segment("sensors").segment(any)), expected) << size;
        EXPECT_EQ(c.said(ask(code::get).segment("sensors").segment(any).segment("value")), expected) << size;
    }
    EXPECT_EQ(c.said(ask(code::get).segment("sensors").segment(std::string(256, 's'))), "4.02");
    EXPECT_EQ(c.said(ask(code::get).segment("sensors").segment(std::string(300, 's')).segment("value")), "4.02");
}

TEST(wildcard, takes_any_bytes) {
    constexpr auto site = routes(at<"a/*/b">(get(echo)));
    core c{site};
    for (const std::string_view any : {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x92\xa1", "a/b", "*", "**", "%2A", "\xff", "\x01z",
                                       "a", "b", " ", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"})
        EXPECT_EQ(c.said(ask(code::get).segment("a").segment(any).segment("b")),
                  "2.05 ct=0: <" + std::string{any} + ">");
    const std::string nothing(3, '\0');
    EXPECT_EQ(c.said(ask(code::get).segment("a").segment(nothing).segment("b")), "2.05 ct=0: <" + nothing + ">");
}

TEST(wildcard, takes_exactly_one_segment) {
    constexpr auto site = routes(at<"sensors/*/value">(get(echo)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "sensors/7/value")), "2.05 ct=0: <7>");
    for (const char* const path :
         {"", "sensors", "sensors/7", "sensors/value", "sensors/7/8/value", "sensors/7/value/8", "sensors/7/valu",
          "sensors/7/values", "sensors/7/Value", "sensor/7/value", "x/sensors/7/value", "7/value", "value"})
        EXPECT_EQ(c.said(ask(code::get, path)), "4.04") << path;
    EXPECT_EQ(c.said(ask(code::get).segment("sensors/7").segment("value")), "4.04");
    EXPECT_EQ(c.said(ask(code::get).segment("sensors").segment("7/value")), "4.04");
    EXPECT_EQ(c.said(ask(code::get).segment("sensors").segment("7").segment("value").segment("")), "4.04");
}

TEST(wildcard, at_the_root_takes_what_is_there_alone) {
    constexpr auto site = routes(at<"*">(get(echo)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "a")), "2.05 ct=0: <a>");
    EXPECT_EQ(c.said(ask(code::get).segment("")), "4.04") << "an empty one alone is the root (RFC 7252 §6.5)";
    EXPECT_EQ(c.said(ask(code::get)), "4.04") << "and so is none";
    EXPECT_EQ(c.said(ask(code::get, "a/b")), "4.04");
}

// The option delta of the first segment depends only on the option before it.
TEST(wildcard, is_found_behind_other_options) {
    constexpr auto site = routes(at<"*/b">(get(echo)), at<"c/*">(get(echo)));
    core c{site};
    for (const unsigned number : {0U, 3U, 7U, 10U})
        for (const auto& [path, taken] : {std::pair{"a/b", "<a>"}, {"c/a", "<a>"}})
            EXPECT_EQ(c.said(ask(code::get, path).with(number, "'h'")), std::string{"2.05 ct=0: "} + taken) << number;
    EXPECT_EQ(c.said(ask(code::get, "a/b").with(12).with(252, "00").payload("x")), "2.05 ct=0: <a>");
}

// The bytes of the segment contain the encoding of the path that follows the wildcard.
TEST(wildcard, is_not_confused_by_lengths_that_look_like_letters) {
    constexpr auto site = routes(at<"*/b">(get(echo)), at<"a/*/b">(get(echo)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get).segment("x\x01"
                                            "b")),
              "4.04");
    EXPECT_EQ(c.said(ask(code::get)
                         .segment("x\x01"
                                  "b")
                         .segment("b")),
              "2.05 ct=0: <x\x01"
              "b>");
    EXPECT_EQ(c.said(ask(code::get).segment("a").segment("\x01"
                                                         "b")),
              "4.04");
}

TEST(wildcard, is_an_asterisk_alone) {
    constexpr auto site =
        routes(at<"a*">(text("a*")), at<"**">(text("**")), at<"b/*c">(text("b/*c")), at<"d/*">(text("d/*")));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "a*")), "2.05 ct=0: a*");
    EXPECT_EQ(c.said(ask(code::get, "**")), "2.05 ct=0: **");
    EXPECT_EQ(c.said(ask(code::get, "b/*c")), "2.05 ct=0: b/*c");
    EXPECT_EQ(c.said(ask(code::get, "d/x")), "2.05 ct=0: d/*");
    for (const char* const path : {"ab", "a", "x", "*", "xx", "a/b", "b/c", "b/xc", "d", "d/x/y"})
        EXPECT_EQ(c.said(ask(code::get, path)), "4.04") << path;
}

// ---- Segments that a handler receives

TEST(wildcard, lets_segments_begin_with_what_the_first_one_took) {
    constexpr auto site =
        routes(at<"a/*">(get(see_segments)), at<"a/*/c">(get(see_segments)), at<"*/y/z">(get(see_segments)),
               at<"fourteen_bytes/n/*/*">(get(echo_and_see)), at<"fourteen_bytes/n/*/m/*">(get(echo_and_see)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "a/b")), "2.05 ct=0: [b]");
    EXPECT_EQ(c.said(ask(code::get, "a/b/c")), "2.05 ct=0: [b][c]");
    EXPECT_EQ(c.said(ask(code::get, "x/y/z")), "2.05 ct=0: [x][y][z]");
    EXPECT_EQ(c.said(ask(code::get, "fourteen_bytes/n/1/2")), "2.05 ct=0: [1][2]<1>");
    EXPECT_EQ(c.said(ask(code::get, "fourteen_bytes/n/1/m/2")), "2.05 ct=0: [1][m][2]<1>");
}

TEST(wildcard, hands_a_view_into_the_request) {
    constexpr auto look = [](const request& r, std::string_view segment) -> reply {
        const bytes path = r.path();
        return segment.data() == reinterpret_cast<const char*>(path.data()) + 1 ? code::valid : code::not_found;
    };
    constexpr auto site = routes(at<"a/*">(get(look)));
    EXPECT_EQ(core{site}.said(ask(code::get, "a/b")), "2.03");
}

TEST(wildcard, takes_functions_that_do_not_look_at_it) {
    constexpr auto site = routes(at<"a/*">(get(says("none")), post(see_segments)), at<"b/*">(text("B")));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "a/x")), "2.05 ct=0: none");
    EXPECT_EQ(c.said(ask(code::post, "a/x")), "2.05 ct=0: [x]");
    EXPECT_EQ(c.said(ask(code::get, "b/x")), "2.05 ct=0: B");
}

TEST(wildcard, takes_lambdas_that_hold_something) {
    std::vector<std::string> taken;
    const auto site = routes(at<"log/*">(put([&taken](const request& r, std::string_view name) -> reply {
        taken.push_back(std::string{name} + "=" + std::string{as_text(r.payload())});
        return code::changed;
    })));
    core c{site};
    EXPECT_EQ(c.said(ask(code::put, "log/a").payload("1")), "2.04");
    EXPECT_EQ(c.said(ask(code::put, "log/b").payload("2")), "2.04");
    EXPECT_EQ(taken, (std::vector<std::string>{"a=1", "b=2"}));
}

// If a function has an overload for the request alone, the library calls that one, as it does elsewhere.
struct overloaded {
    reply operator()(const request&) const { return code::valid; }
    reply operator()(const request&, std::string_view) const { return code::changed; }
};
struct segment_or_nothing {
    reply operator()() const { return code::valid; }
    reply operator()(const request&, std::string_view) const { return code::changed; }
};
TEST(wildcard, hands_the_segment_to_a_function_that_takes_no_bare_request) {
    constexpr auto site = routes(at<"a/*">(get(overloaded{})), at<"b/*">(get(segment_or_nothing{})),
                                 at<"c">(get(overloaded{})), at<"d">(get([](const auto&...) { return code::valid; })));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "a/x")), "2.03");
    EXPECT_EQ(c.said(ask(code::get, "b/x")), "2.04");
    EXPECT_EQ(c.said(ask(code::get, "c")), "2.03");
    EXPECT_EQ(c.said(ask(code::get, "d")), "2.03");
}

TEST(wildcard, goes_with_what_a_function_consumes_and_understands_and_with_resources_around_it) {
    using function = decltype(get(echo));
    static constexpr std::optional<function> present{get(echo)};
    static constexpr std::optional<function> absent;
    constexpr auto current = [] { return etag{std::string_view{"now"}}; };
    constexpr auto site =
        routes(at<"a/*">(post(echo).consumes<content_format::cbor>().accepts_option<option::uri_query>()).title("A"),
               at<"b/*">(optional(present)), at<"c/*">(optional(absent)), at<"d/*">(conditional(current, put(echo))),
               at<"e/*">(forward(see_segments)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::post, "a/x").format(60).query("q")), "2.05 ct=0: <x>");
    EXPECT_EQ(c.said(ask(code::post, "a/x").format(0)), "4.15");
    EXPECT_EQ(c.said(ask(code::get, "b/x")), "2.05 ct=0: <x>");
    EXPECT_EQ(c.said(ask(code::get, "c/x")), "4.04");
    EXPECT_EQ(c.said(ask(code::put, "d/x").with(1)), "2.05 ct=0: <x>");
    EXPECT_EQ(c.said(ask(code::put, "d/x").with(5)), "4.12");
    EXPECT_EQ(c.said(ask(code::ipatch, "e/x").with(19)), "2.05 ct=0: [x]");
}

// ---- Refused requests

TEST(wildcard, is_refused_what_any_resource_is) {
    constexpr auto site = routes(at<"a/*">(get(echo), put(says("put")).consumes<content_format::cbor>()));
    core c{site};
    EXPECT_EQ(c.said(ask(code::post, "a/x")), "4.05");
    EXPECT_EQ(c.said(ask(code::get, "a/x").query("q")), "4.02");
    EXPECT_EQ(c.said(ask(code::get, "a/x").with(65)), "4.02");
    EXPECT_EQ(c.said(ask(code::get, "a/x").accept(60)), "4.06");
    EXPECT_EQ(c.said(ask(code::put, "a/x").format(0)), "4.15");
    EXPECT_EQ(c.said(ask(code::post, "a")), "4.04");
    EXPECT_EQ(c.said(ask(code::get, "a").with(65)), "4.02");
}

// ---- Prefixes

TEST(wildcard, stands_in_prefixes) {
    constexpr auto site = routes(below<"dev/*">(get(echo_and_see)), below<"fs/*/logs">(get(echo_and_see)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "dev/7")), "2.05 ct=0: [7]<7>");
    EXPECT_EQ(c.said(ask(code::get, "dev/7/a/b")), "2.05 ct=0: [7][a][b]<7>");
    EXPECT_EQ(c.said(ask(code::get).segment("dev").segment("").segment("")), "2.05 ct=0: [][]<>");
    EXPECT_EQ(c.said(ask(code::get, "dev")), "4.04");
    EXPECT_EQ(c.said(ask(code::get, "fs/x/logs")), "2.05 ct=0: [x][logs]<x>");
    EXPECT_EQ(c.said(ask(code::get, "fs/x/logs/1")), "2.05 ct=0: [x][logs][1]<x>");
    EXPECT_EQ(c.said(ask(code::get, "fs/x")), "4.04");
    EXPECT_EQ(c.said(ask(code::get, "fs/x/log/1")), "4.04");
}

TEST(wildcard, leaves_prefixes_beside_it_as_they_are) {
    constexpr auto site = routes(below<"fs">(get(see_segments)), below<"">(put(see_segments)), at<"a/*">(get(echo)),
                                 at<"a/b">(post(see_segments)), at<"">(text("root")));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "fs")), "2.05 ct=0");
    EXPECT_EQ(c.said(ask(code::get, "fs/a/b")), "2.05 ct=0: [a][b]");
    EXPECT_EQ(c.said(ask(code::put)), "2.05 ct=0");
    EXPECT_EQ(c.said(ask(code::put, "a/b/c")), "2.05 ct=0: [a][b][c]");
    EXPECT_EQ(c.said(ask(code::post, "a/b")), "2.05 ct=0: [a][b]");
    EXPECT_EQ(c.said(ask(code::get)), "2.05 ct=0: root");
    EXPECT_EQ(c.said(ask(code::get, "fsa")), "4.05");
}

// ---- Precedence, regardless of the order of the entries

TEST(wildcard, goes_behind_a_text_in_its_place) {
    constexpr auto ascending = routes(at<"dev/*">(get(says("any"))), at<"dev/main">(get(says("main"))));
    constexpr auto descending = routes(at<"dev/main">(get(says("main"))), at<"dev/*">(get(says("any"))));
    const auto expect = [](const auto& site) {
        core c{site};
        EXPECT_EQ(c.said(ask(code::get, "dev/main")), "2.05 ct=0: main");
        for (const char* const path : {"dev/mai", "dev/mains", "dev/x"})
            EXPECT_EQ(c.said(ask(code::get, path)), "2.05 ct=0: any") << path;
    };
    expect(ascending);
    expect(descending);
}

// "That has a text where the other one, for the first time, has an asterisk."
TEST(wildcard, is_weighed_from_the_left) {
    constexpr auto ascending =
        routes(at<"*/*/*">(get(says("***"))), at<"*/*/c">(get(says("**c"))), at<"*/b/*">(get(says("*b*"))),
               at<"*/b/c">(get(says("*bc"))), at<"a/*/*">(get(says("a**"))), at<"a/*/c">(get(says("a*c"))),
               at<"a/b/*">(get(says("ab*"))), at<"a/b/c">(get(says("abc"))));
    constexpr auto mixed =
        routes(at<"a/b/*">(get(says("ab*"))), at<"*/b/c">(get(says("*bc"))), at<"a/b/c">(get(says("abc"))),
               at<"*/*/*">(get(says("***"))), at<"a/*/c">(get(says("a*c"))), at<"*/b/*">(get(says("*b*"))),
               at<"*/*/c">(get(says("**c"))), at<"a/*/*">(get(says("a**"))));
    const auto expect = [](const auto& site) {
        core c{site};
        for (const auto& [path, word] : {std::pair{"a/b/c", "abc"},
                                         {"a/b/x", "ab*"},
                                         {"a/x/c", "a*c"},
                                         {"a/x/x", "a**"},
                                         {"x/b/c", "*bc"},
                                         {"x/b/x", "*b*"},
                                         {"x/x/c", "**c"},
                                         {"x/x/x", "***"}})
            EXPECT_EQ(c.said(ask(code::get, path)), std::string{"2.05 ct=0: "} + word);
    };
    expect(ascending);
    expect(mixed);
}

// A path of more bytes does not have more segments.
TEST(wildcard, goes_by_segments_and_not_by_bytes) {
    constexpr auto site = routes(below<"a_very_long_name">(get(says("long"))), at<"*/*">(get(says("two"))),
                                 below<"*">(get(says("one"))), below<"*/x/*">(get(says("three"))));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "a_very_long_name/y")), "2.05 ct=0: two");
    EXPECT_EQ(c.said(ask(code::get, "a_very_long_name/y/z")), "2.05 ct=0: long");
    EXPECT_EQ(c.said(ask(code::get, "a_very_long_name/x/z")), "2.05 ct=0: three");
    EXPECT_EQ(c.said(ask(code::get, "a_very_long_name")), "2.05 ct=0: long");
    EXPECT_EQ(c.said(ask(code::get, "b")), "2.05 ct=0: one");
}

TEST(wildcard, takes_an_exact_path_before_a_prefix_of_the_same_shape) {
    constexpr auto site = routes(below<"a/*">(get(says("below a/*"))), at<"a/*">(get(says("at a/*"))),
                                 at<"*/b">(get(says("at */b"))), below<"c/b">(get(says("below c/b"))));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "a/b")), "2.05 ct=0: at a/*");
    EXPECT_EQ(c.said(ask(code::get, "a/b/c")), "2.05 ct=0: below a/*");
    EXPECT_EQ(c.said(ask(code::get, "c/b")), "2.05 ct=0: below c/b") << "the text is the first difference";
    EXPECT_EQ(c.said(ask(code::get, "x/b")), "2.05 ct=0: at */b");
}

TEST(wildcard, is_fallen_back_to_for_a_method_that_the_text_does_not_offer) {
    constexpr auto site =
        routes(at<"dev/*">(get(says("any")), put(says("put any"))), at<"dev/main">(get(says("main"))));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "dev/main")), "2.05 ct=0: main");
    EXPECT_EQ(c.said(ask(code::put, "dev/main")), "2.05 ct=0: put any");
    EXPECT_EQ(c.said(ask(code::post, "dev/main")), "4.05");
}

// ---- Nested sites

TEST(wildcard, stands_in_a_site_below_a_prefix) {
    constexpr auto device = routes(at<"*/name">(get(echo)), below<"*">(post(see_segments)), at<"all">(text("ALL")));
    constexpr auto site =
        routes(below<"dev">(device), below<"in/dev">(routes(below<"deep">(device))), at<"x">(text("X")));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "dev/7/name")), "2.05 ct=0: <7>");
    EXPECT_EQ(c.said(ask(code::post, "dev/7/on/now")), "2.05 ct=0: [7][on][now]");
    EXPECT_EQ(c.said(ask(code::get, "dev/all")), "2.05 ct=0: ALL");
    EXPECT_EQ(c.said(ask(code::get, "dev/8")), "4.05");
    EXPECT_EQ(c.said(ask(code::get, "dev")), "4.04");
    EXPECT_EQ(c.said(ask(code::get, "in/dev/deep/thirteen_byte/name")), "2.05 ct=0: <thirteen_byte>");
    EXPECT_EQ(c.said(ask(code::get, "x")), "2.05 ct=0: X");
}

TEST(wildcard, beside_a_nested_site_leaves_it_its_paths) {
    constexpr auto site =
        routes(at<"*/x">(get(says("any"))), below<"in">(routes(at<"x">(text("X")), at<"y">(text("Y")))));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "in/x")), "2.05 ct=0: any") << "a longer path";
    EXPECT_EQ(c.said(ask(code::get, "in/y")), "2.05 ct=0: Y");
    EXPECT_EQ(c.said(ask(code::get, "out/x")), "2.05 ct=0: any");
}

// ---- Discovery

TEST(wildcard, is_not_listed) {
    constexpr auto site = routes(at<"a">(text("A")).title("T"), at<"*">(text("any")).title("Any"),
                                 below<"b/*">(get(echo)).rt("r"), at<"a*">(text("")), well_known_core);
    constexpr auto filtered = routes(at<"*/core">(text("any")), at<"a">(text("A")).title("T"), at<"b/*/c">(text("C")),
                                     filtered_well_known_core);
    EXPECT_EQ(core{site}.said(ask(code::get, ".well-known/core")), R"(2.05 ct=40: </a>;title="T",</a*>)");
    EXPECT_EQ(core{filtered}.said(ask(code::get, ".well-known/core")), R"(2.05 ct=40: </a>;title="T")");
    EXPECT_EQ(core{filtered}.said(ask(code::get, "x/core")), "2.05 ct=0: any");
}

TEST(wildcard, takes_no_room_in_the_document) {
    constexpr auto without = routes(at<"a">(text("A")), well_known_core);
    constexpr auto with = routes(at<"a">(text("A")), well_known_core, at<"b/*">(text("B")).title("a long title"));
    EXPECT_EQ(sizeof with, sizeof without + sizeof(text("B")));
}

// ---- Encoded paths

TEST(wildcard, is_one_byte_of_an_encoded_path) {
    EXPECT_EQ(packet{bytes{encoded_path<"*">}}, packet{"ff"});
    EXPECT_EQ(packet{bytes{encoded_path<"a/*/bc/*/*">}}, packet{"01 'a' ff 02 'bc' ff ff"});
    EXPECT_EQ(packet{bytes{encoded_path<"**/*a/a*">}}, packet{"02 '**' 02 '*a' 02 'a*'"});
}

// The path of an entry in a site.
template <text_literal Path, bool Exact = true>
struct at_path {
    static constexpr bytes path{encoded_path<Path>};
    static constexpr bool is_prefix = !Exact;

    static constexpr bool matches(bytes asked) { return detail::matches_with_wildcards(asked, {path, is_prefix}); }
};

template <typename A, typename B>
constexpr bool comes_before(A, B) {
    return detail::comes_before({A::path, A::is_prefix}, {B::path, B::is_prefix});
}

// At compile time, because a read beyond the path does not compile.
constexpr std::array<byte, 4> a_and_b{0xb1, 'a', 0x01, 'b'};
static_assert(at_path<"a/*">::matches(a_and_b) && at_path<"*/b">::matches(a_and_b) && at_path<"*/*">::matches(a_and_b));
static_assert(at_path<"*", false>::matches(a_and_b) && at_path<"", false>::matches(a_and_b));
static_assert(!at_path<"*">::matches(a_and_b) && !at_path<"*/a">::matches(a_and_b) &&
              !at_path<"*/*/*">::matches(a_and_b));
static_assert(at_path<"">::matches({}) && !at_path<"*">::matches({}) && !at_path<"*", false>::matches({}));
static_assert(comes_before(at_path<"a/b/*">{}, at_path<"a/*/c">{}) &&
              !comes_before(at_path<"a/*/c">{}, at_path<"a/b/*">{}));
static_assert(!comes_before(at_path<"a/*">{}, at_path<"b/*">{}) && !comes_before(at_path<"b/*">{}, at_path<"a/*">{}));
static_assert(comes_before(at_path<"*">{}, at_path<"*", false>{}));

// RFC 7252 §3.1: a length from 269 on has two extra bytes. The server refuses such a path, but a program that
// calls a site directly may pass one.
TEST(wildcard, takes_a_segment_that_is_longer_than_a_server_lets_through) {
    for (const std::size_t size : {256U, 268U, 269U, 300U, 600U}) {
        const packet path = test::encoded_option(0, test::filler(size)) + packet{"01 'b'"};
        EXPECT_TRUE(at_path<"*/b">::matches(path)) << size;
        EXPECT_FALSE(at_path<"*">::matches(path)) << size;
        EXPECT_FALSE(at_path<"*/*/b">::matches(path)) << size;
    }
}

// For the sanitizers: bytes that are not a valid path, in a buffer of exactly their size.
TEST(wildcard, reads_nothing_behind_a_path) {
    std::mt19937 random{1};
    constexpr std::array<byte, 10> favourites{0x00, 0x01, 0x02, 0x0d, 0x0e, 0x0f, 0xb1, 0xff, 'a', 'b'};
    unsigned found = 0;
    for (int i = 0; i < 50'000; ++i) {
        std::vector<byte> path(random() % 12);
        for (byte& b : path) b = favourites[random() % favourites.size()];
        path.shrink_to_fit();
        found += at_path<"*">::matches(path) + at_path<"a/*">::matches(path) + at_path<"*/*/*">::matches(path) +
                 at_path<"*/b/*">::matches(path) + at_path<"*/*", false>::matches(path);
    }
    EXPECT_GT(found, 0U);
}

// ---- Lengths with bits in common

// The lengths 10 and 2 differ in a single bit of the option's first byte.
TEST(wildcard, elsewhere_in_a_site_has_no_segment_taken_for_one_that_is_8_bytes_shorter) {
    constexpr auto site = routes(below<"fs">(get(see_segments)), at<"x/*">(get(echo)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "fs2345678")), "4.04");
    EXPECT_EQ(c.said(ask(code::get, "fs23456789")), "4.04");
    EXPECT_EQ(c.said(ask(code::get, "fs23456789/x")), "4.04");
    EXPECT_EQ(c.said(ask(code::get, "fs/23456789")), "2.05 ct=0: [23456789]");
}

}  // namespace
}  // namespace mincoap
