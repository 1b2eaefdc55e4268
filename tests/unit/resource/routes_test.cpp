#include <string>

#include <gtest/gtest.h>

#include "../../support/exchange.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::core;
using test::packet;

// Returns a function that responds with its own word.
template <content_format Format = content_format::text_plain>
constexpr auto says(const char* word) {
    return [word] { return content<Format>(word); };
}

// Responds with the path segments that it sees, each in brackets.
reply see_segments(const request& r) {
    static std::string seen;
    seen.clear();
    for (const message::option_view s : r.segments()) seen += "[" + std::string{s.text()} + "]";
    return content(std::string_view{seen});
}

// ---- Paths

TEST(routes, finds_an_exact_path) {
    constexpr auto site = routes(at<"a">(text("A")), at<"a/b">(text("A/B")), at<"hello">(text("Hello")));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "a")), "2.05 ct=0: A");
    EXPECT_EQ(c.said(ask(code::get, "a/b")), "2.05 ct=0: A/B");
    EXPECT_EQ(c.said(ask(code::get, "hello")), "2.05 ct=0: Hello");
}

// RFC 7252 §5.9.2.5: 4.04 Not Found.
TEST(routes, finds_nothing_else) {
    constexpr auto site = routes(at<"a">(text("A")), at<"a/b">(text("A/B")), at<"hello">(text("Hello")));
    core c{site};
    for (const char* const path : {"", "b", "hell", "helloo", "Hello", "a/b/c", "b/a", "a/c", "ab", "hello/x"})
        EXPECT_EQ(c.said(ask(code::get, path)), "4.04") << path;
    EXPECT_EQ(c.said(ask(code::get).segment("a/b")), "4.04") << "a slash in a segment separates nothing";
    EXPECT_EQ(c.said(ask(code::get).segment("a").segment("")), "4.04") << "an empty segment is a segment";
    EXPECT_EQ(c.said(ask(code::get).segment("").segment("a")), "4.04");
    EXPECT_EQ(c.said(ask(code::get).segment("")), "4.04");
}

// RFC 7252 §6.4: the URI of the root has no Uri-Path.
TEST(routes, finds_the_root) {
    constexpr auto site = routes(at<"">(text("root")));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get)), "2.05 ct=0: root");
    EXPECT_EQ(c.said(ask(code::get, "a")), "4.04");
}

// RFC 7252 §6.4, §6.5: a Uri-Path contains decoded bytes, so a percent sign in it is a literal percent sign.
TEST(routes, compares_paths_as_they_arrive) {
    constexpr auto site = routes(at<"%41">(text("percent")), at<"a b">(text("space")), at<"\xc3\xa4">(text("umlaut")));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get).segment("%41")), "2.05 ct=0: percent");
    EXPECT_EQ(c.said(ask(code::get).segment("A")), "4.04");
    EXPECT_EQ(c.said(ask(code::get).segment("a b")), "2.05 ct=0: space");
    EXPECT_EQ(c.said(ask(code::get).segment("a%20b")), "4.04");
    EXPECT_EQ(c.said(ask(code::get).segment("\xc3\xa4")), "2.05 ct=0: umlaut");
}

TEST(routes, finds_a_path_behind_other_options) {
    constexpr auto site = routes(at<"a/b">(text("A/B")));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "a/b").with(3, "'host'")), "2.05 ct=0: A/B") << "Uri-Host: delta 8";
    EXPECT_EQ(c.said(ask(code::get, "a/b").with(7, "16 33")), "2.05 ct=0: A/B") << "Uri-Port: delta 4";
    EXPECT_EQ(c.said(ask(code::get, "a/b").with(10, "00")), "2.05 ct=0: A/B") << "an unknown one: delta 1";
    EXPECT_EQ(c.said(ask(code::get, "a/b").with(6).with(12).with(252, "00")), "2.05 ct=0: A/B");
}

TEST(routes, finds_long_segments) {
    constexpr auto site = routes(
        at<"thirteen_byte">(text("13")), at<"a/fourteen_bytes">(text("14")),
        at<"a_hundred_bytes_____________________________________________________________________________________">(
            text("100")));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "thirteen_byte")), "2.05 ct=0: 13");
    EXPECT_EQ(c.said(ask(code::get, "thirteen_bytf")), "4.04");
    EXPECT_EQ(c.said(ask(code::get, "a/fourteen_bytes")), "2.05 ct=0: 14");
    EXPECT_EQ(c.said(ask(code::get, "a_hundred_bytes" + std::string(85, '_'))), "2.05 ct=0: 100");
    EXPECT_EQ(c.said(ask(code::get, "a_hundred_bytes" + std::string(84, '_'))), "4.04");
    EXPECT_EQ(c.said(ask(code::get).segment(std::string(255, 'x'))), "4.04");
}

TEST(routes, finds_prefixes) {
    constexpr auto site = routes(below<"fs">(get(see_segments)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "fs")), "2.05 ct=0") << "the prefix itself";
    EXPECT_EQ(c.said(ask(code::get, "fs/a")), "2.05 ct=0: [a]");
    EXPECT_EQ(c.said(ask(code::get, "fs/a/bc/def")), "2.05 ct=0: [a][bc][def]");
    EXPECT_EQ(c.said(ask(code::get).segment("fs").segment("").segment("x/y").segment("")), "2.05 ct=0: [][x/y][]");
    EXPECT_EQ(c.said(ask(code::get, "f/s")), "4.04");
    EXPECT_EQ(c.said(ask(code::get, "fsa")), "4.04");
    EXPECT_EQ(c.said(ask(code::get, "")), "4.04");

    const std::string thirteen(13, 'm');
    const std::string longest(255, 'l');
    EXPECT_EQ(c.said(ask(code::get).segment("fs").segment(thirteen)), "2.05 ct=0: [" + thirteen + "]");
    EXPECT_EQ(c.said(ask(code::get).segment("fs").segment(longest).segment("z")), "2.05 ct=0: [" + longest + "][z]");
}

TEST(routes, finds_everything_below_the_root) {
    constexpr auto site = routes(below<"">(get(see_segments)), at<"a">(text("A")));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get)), "2.05 ct=0");
    EXPECT_EQ(c.said(ask(code::get, "x/y")), "2.05 ct=0: [x][y]");
    EXPECT_EQ(c.said(ask(code::get, "a")), "2.05 ct=0: A");
    EXPECT_EQ(c.said(ask(code::get, "a/b")), "2.05 ct=0: [a][b]");
}

TEST(routes, sees_all_segments_at_an_exact_path) {
    constexpr auto site = routes(at<"a/b">(get(see_segments)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "a/b")), "2.05 ct=0: [a][b]");
}

// The order of the entries makes no difference.
TEST(routes, takes_the_longest_path_first) {
    constexpr auto ascending =
        routes(below<"">(get(says("root"))), below<"a">(get(says("a"))), below<"a/b">(get(says("a/b"))));
    constexpr auto descending =
        routes(below<"a/b">(get(says("a/b"))), below<"a">(get(says("a"))), below<"">(get(says("root"))));
    const auto expect = [](const auto& site) {
        core c{site};
        EXPECT_EQ(c.said(ask(code::get, "a/b/c")), "2.05 ct=0: a/b");
        EXPECT_EQ(c.said(ask(code::get, "a/b")), "2.05 ct=0: a/b");
        EXPECT_EQ(c.said(ask(code::get, "a/c")), "2.05 ct=0: a");
        EXPECT_EQ(c.said(ask(code::get, "a")), "2.05 ct=0: a");
        EXPECT_EQ(c.said(ask(code::get, "b")), "2.05 ct=0: root");
        EXPECT_EQ(c.said(ask(code::get)), "2.05 ct=0: root");
    };
    expect(ascending);
    expect(descending);
}

TEST(routes, takes_an_exact_path_before_a_prefix) {
    constexpr auto site = routes(below<"a">(get(says("below"))), at<"a">(get(says("at"))));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "a")), "2.05 ct=0: at");
    EXPECT_EQ(c.said(ask(code::get, "a/b")), "2.05 ct=0: below");
}

// "The longest path that matches and offers the method."
TEST(routes, falls_back_to_a_shorter_path_that_offers_the_method) {
    constexpr auto site = routes(below<"">(put(says("any"))), at<"a">(get(says("at"))));
    core c{site};
    EXPECT_EQ(c.said(ask(code::put, "a")), "2.05 ct=0: any");
    EXPECT_EQ(c.said(ask(code::post, "a")), "4.05");
    EXPECT_EQ(c.said(ask(code::get, "b")), "4.05");
}

// ---- Nested

TEST(routes, nests) {
    constexpr auto inner = routes(at<"">(text("top")), at<"x">(text("X")), below<"deep">(get(see_segments)));
    constexpr auto site = routes(at<"x">(text("outer X")), below<"in">(inner));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "x")), "2.05 ct=0: outer X");
    EXPECT_EQ(c.said(ask(code::get, "in")), "2.05 ct=0: top");
    EXPECT_EQ(c.said(ask(code::get, "in/x")), "2.05 ct=0: X");
    EXPECT_EQ(c.said(ask(code::get, "in/deep/er")), "2.05 ct=0: [er]");
    EXPECT_EQ(c.said(ask(code::get, "in/y")), "4.04");
    EXPECT_EQ(c.said(ask(code::put, "in/x")), "4.05");
    EXPECT_EQ(c.said(ask(code::get, "in/x").query("q")), "4.02");
    EXPECT_EQ(c.said(ask(code::get, "in/x").with(65)), "4.02");
    EXPECT_EQ(c.said(ask(code::get, "in/x").accept(60)), "4.06");
}

TEST(routes, nests_what_it_makes_without_a_name) {
    constexpr auto site = routes(below<"in">(routes(at<"x">(text("X")), below<"y">(routes(at<"z">(text("Z")))))));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "in/x")), "2.05 ct=0: X");
    EXPECT_EQ(c.said(ask(code::get, "in/y/z")), "2.05 ct=0: Z");
    EXPECT_EQ(c.said(ask(code::get, "in")), "4.04");
}

TEST(routes, nests_twice) {
    constexpr auto innermost = routes(at<"c">(get(see_segments)));
    constexpr auto inner = routes(below<"b">(innermost));
    constexpr auto site = routes(below<"a">(inner));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "a/b/c")), "2.05 ct=0: [c]");
    EXPECT_EQ(c.said(ask(code::get, "a/b")), "4.04");
    EXPECT_EQ(c.said(ask(code::get, "b/c")), "4.04");
}

// RFC 7252 §5.4.1: unrecognized critical options in a Confirmable request "MUST cause the return of a 4.02".
// This holds even if a handler elsewhere in the site checks the options itself.
TEST(routes, refuses_unknown_options_to_missing_paths_beside_nested_routes) {
    constexpr auto inner = routes(at<"x">(text("X")));
    constexpr auto site = routes(at<"a">(text("A")), below<"in">(inner));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "missing").with(65)), "4.02");
    EXPECT_EQ(c.said(ask(code::get, "in/missing").with(65)), "4.02");
}

// ---- Methods

// RFC 7252 §5.8, §5.9.2.6: 4.05 Method Not Allowed.
TEST(routes, combines_the_methods_of_a_path) {
    constexpr auto site =
        routes(at<"a">(get(says("got")), put([] { return code::changed; })),
               at<"a">(delete_([] { return code::deleted; })), at<"b">(post([] { return code::created; })));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "a")), "2.05 ct=0: got");
    EXPECT_EQ(c.said(ask(code::put, "a")), "2.04");
    EXPECT_EQ(c.said(ask(code::delete_, "a")), "2.02");
    EXPECT_EQ(c.said(ask(code::post, "a")), "4.05");
    EXPECT_EQ(c.said(ask(code::post, "b")), "2.01");
    EXPECT_EQ(c.said(ask(code::get, "b")), "4.05");
}

// ---- Checks that a resource need not implement

// RFC 7252 §5.10.4: 4.06 for a function's response. See also server/stack_accept_test.cpp.
TEST(routes, refuses_another_accept) {
    constexpr auto site = routes(at<"cbor">(get(says<content_format::cbor>("\x01"))), at<"text">(get(says("x"))));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "cbor")), "2.05 ct=60: \x01");
    EXPECT_EQ(c.said(ask(code::get, "cbor").accept(60)), "2.05 ct=60: \x01");
    EXPECT_EQ(c.said(ask(code::get, "cbor").accept(0)), "4.06");
    EXPECT_EQ(c.said(ask(code::get, "cbor").accept(61)), "4.06");
    EXPECT_EQ(c.said(ask(code::get, "cbor").accept(60 + 256)), "4.06");
    EXPECT_EQ(c.said(ask(code::get, "cbor").accept(65535)), "4.06");
    EXPECT_EQ(c.said(ask(code::get, "text").accept(0)), "2.05 ct=0: x");
    EXPECT_EQ(c.said(ask(code::get, "text").accept(60)), "4.06");
    EXPECT_EQ(c.said(ask(code::get, "none").accept(60)), "4.04");
    EXPECT_EQ(c.said(ask(code::put, "text").accept(60)), "4.05");
}

// RFC 7252 §5.9.2.11: 4.15 Unsupported Content-Format.
TEST(routes, refuses_another_content_format) {
    constexpr auto stored = [] { return code::changed; };
    constexpr auto site = routes(at<"cbor">(put(stored).consumes<content_format::cbor>()), at<"any">(put(stored)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::put, "cbor").format(60).payload("\x01")), "2.04");
    EXPECT_EQ(c.said(ask(code::put, "cbor").payload("\x01")), "2.04") << "without a format";
    EXPECT_EQ(c.said(ask(code::put, "cbor").format(0).payload("x")), "4.15");
    EXPECT_EQ(c.said(ask(code::put, "cbor").format(65535).payload("x")), "4.15");
    EXPECT_EQ(c.said(ask(code::put, "any").format(50).payload("{}")), "2.04");
}

// RFC 7252 §5.4.1.
TEST(routes, refuses_critical_options_that_nobody_looks_at) {
    constexpr auto site = routes(at<"a">(text("A")));
    core c{site};
    for (const unsigned number : {1U, 9U, 13U, 15U, 19U, 25U, 29U, 31U, 33U, 37U, 41U, 65U, 2049U, 65535U})
        EXPECT_EQ(c.said(ask(code::get, "a").with(number, "00")), "4.02") << number;
    EXPECT_EQ(c.said(ask(code::get, "a").with(5)), "4.02") << "If-None-Match";
    EXPECT_EQ(c.said(ask(code::get, "a").with(21)), "4.02") << "EDHOC";
    for (const unsigned number : {0U, 2U, 4U, 6U, 8U, 10U, 12U, 14U, 16U, 60U, 252U, 258U, 292U, 65534U})
        EXPECT_EQ(c.said(ask(code::get, "a").with(number, "00")), "2.05 ct=0: A") << number << " is elective";
}

TEST(routes, lets_a_method_understand_more) {
    constexpr auto site =
        routes(at<"q">(get(says("Q")).accepts_option<option::uri_query>(), put([] { return code::changed; })),
               at<"m">(put([] { return code::changed; }).accepts_option<option::if_match, option::if_none_match>()),
               at<"u">(get(says("U")).accepts_option<static_cast<option>(37)>()));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "q").query("a=1").query("b")), "2.05 ct=0: Q");
    EXPECT_EQ(c.said(ask(code::put, "q").query("a=1")), "4.02") << "the other method does not";
    EXPECT_EQ(c.said(ask(code::get, "q").with(1)), "4.02");
    EXPECT_EQ(c.said(ask(code::put, "m").with(1).with(5)), "2.04");
    EXPECT_EQ(c.said(ask(code::put, "m").query("q")), "4.02");
    EXPECT_EQ(c.said(ask(code::get, "u").with(37)), "2.05 ct=0: U");
    EXPECT_EQ(c.said(ask(code::get, "u").with(5)), "4.02");
    EXPECT_EQ(c.said(ask(code::get, "u").with(41)), "4.02") << "no other option";
}

// RFC 7252 §5.4.3, §5.4.5: such an option counts as unrecognized, even if the resource understands the option.
TEST(routes, never_understands_a_bad_length_or_repetition) {
    constexpr auto site =
        routes(at<"m">(put([] {
                           return code::changed;
                       }).accepts_option<option::if_match, option::if_none_match, option::uri_query>()));
    core c{site};
    EXPECT_EQ(c.said(ask(code::put, "m").with(5, "00")), "4.02") << "If-None-Match has no value";
    EXPECT_EQ(c.said(ask(code::put, "m").with(5).with(5)), "4.02");
    EXPECT_EQ(c.said(ask(code::put, "m").with(1, test::filler(9))), "4.02");
    EXPECT_EQ(c.said(ask(code::put, "m").with(1, test::filler(8)).with(1)), "2.04") << "If-Match may be repeated";
    EXPECT_EQ(c.said(ask(code::put, "m").query(std::string(255, 'q'))), "2.04");
    EXPECT_EQ(c.said(ask(code::put, "m").query(std::string(256, 'q'))), "4.02");
}

// If a request has several errors, the response names the one that the client should fix first.
TEST(routes, says_one_thing_at_a_time) {
    constexpr auto site =
        routes(at<"a">(get(says("A")), put([] { return code::changed; }).consumes<content_format::text_plain>()));
    core c{site};
    EXPECT_EQ(c.said(ask(code::put, "a").format(60).with(65)), "4.02") << "an unknown option before a format";
    EXPECT_EQ(c.said(ask(code::get, "a").accept(60).with(65)), "4.02");
    EXPECT_EQ(c.said(ask(code::post, "a").with(65)), "4.02") << "and before the method";
    EXPECT_EQ(c.said(ask(code::get, "b").with(65)), "4.02") << "and before the path";
    EXPECT_EQ(c.said(ask(code::post, "a").format(60).accept(60)), "4.05");
    EXPECT_EQ(c.said(ask(code::get, "b").format(60).accept(60)), "4.04");
}

// A query to a missing path or method does not cause 4.02, because another resource could understand queries.
TEST(routes, finds_nothing_rather_than_object_to_a_query) {
    constexpr auto site = routes(at<"a">(text("A")));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "b").query("q")), "4.04");
    EXPECT_EQ(c.said(ask(code::put, "a").query("q")), "4.05");
    EXPECT_EQ(c.said(ask(code::get, "a").query("q")), "4.02");
}

// ---- Custom kinds of resources

struct lamp {
    bool* on;

    struct get : method<code::get> {
        static reply serve(const lamp& self, const request&) { return content(*self.on ? "on" : "off"); }
    };
    struct change : method<code::put, code::post> {
        static constexpr format_option consumes = content_format::text_plain;
        static constexpr option_set accepted_options = set_of(option::uri_query);
        static reply serve(const lamp& self, const request& r) {
            *self.on = as_text(r.payload()) == "on";
            return code::changed;
        }
    };
    using methods = method_list<get, change>;
};
static_assert(resource<lamp>);
static_assert(!resource<null_handler>);

TEST(routes, takes_resources_of_ones_own) {
    static bool on;
    on = false;
    constexpr auto site = routes(at<"lamp">(lamp{&on}));
    core c{site};
    EXPECT_EQ(c.said(ask(code::put, "lamp").payload("on")), "2.04");
    EXPECT_EQ(c.said(ask(code::get, "lamp")), "2.05 ct=0: on");
    EXPECT_EQ(c.said(ask(code::post, "lamp").query("fade").payload("off")), "2.04");
    EXPECT_EQ(c.said(ask(code::get, "lamp")), "2.05 ct=0: off");
    EXPECT_EQ(c.said(ask(code::get, "lamp").query("fade")), "4.02");
    EXPECT_EQ(c.said(ask(code::post, "lamp").format(60).payload("\x01")), "4.15");
    EXPECT_EQ(c.said(ask(code::fetch, "lamp")), "4.05");
}

// A handler that is not a resource checks each request itself.
TEST(routes, forwards_everything_to_a_handler) {
    constexpr auto site = routes(below<"any">(forward([](const request& r) -> reply {
        return (r.critical_options & set_of(option::if_match)) != 0 ? code::precondition_failed : code::valid;
    })));
    core c{site};
    EXPECT_EQ(c.said(ask(code::ipatch, "any/thing")), "2.03");
    EXPECT_EQ(c.said(ask(code::get, "any").with(1)), "4.12");
    EXPECT_EQ(c.said(ask(code::get, "any").with(5)), "2.03") << "the handler runs even if it ignores critical options";
    EXPECT_EQ(c.said(ask(code::get, "any").with(5, "00")), "4.02") << "but never for an option of an invalid length";
}

TEST(routes, forwards_the_rest_of_the_path_below_a_prefix) {
    constexpr auto site = routes(at<"fs">(forward([](const request&) { return code::valid; })),
                                 below<"fs">(forward(see_segments)), at<"a/b">(forward(see_segments)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "fs")), "2.03");
    EXPECT_EQ(c.said(ask(code::patch, "fs/a/b")), "2.05 ct=0: [a][b]");
    EXPECT_EQ(c.said(ask(code::get, "a/b")), "2.05 ct=0: [a][b]") << "all of it at an exact path";
}

// Options above 39 share one bit of an option set, so only a handler can distinguish them.
TEST(routes, leaves_private_options_to_a_forwarded_handler) {
    constexpr auto site =
        routes(at<"p">(forward([](const request& r) -> reply {
                   constexpr option known = static_cast<option>(65);
                   if ((r.critical_options & ~(accepted_by_server | set_of(known))) != 0) return code::bad_option;
                   for (const message::option_view o : r.message.options())
                       if (o.number > option::proxy_scheme && is_critical(o.number) && o.number != known)
                           return code::bad_option;
                   return code::valid;
               })),
               at<"a">(text("A")));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "p").with(65, "'v'")), "2.03");
    EXPECT_EQ(c.said(ask(code::get, "p").with(65).with(65)), "2.03");
    EXPECT_EQ(c.said(ask(code::get, "p").with(65).with(67)), "4.02");
    EXPECT_EQ(c.said(ask(code::get, "p").with(5)), "4.02");
    EXPECT_EQ(c.said(ask(code::get, "a").with(65)), "4.02")
        << "the options that its neighbours understand stay the same";
    EXPECT_EQ(c.said(ask(code::get, "missing").with(65)), "4.02");
}

// Requests that confused the routing of RIOT and other implementations: the bytes of one path contain another path.
TEST(routes, is_not_confused_by_lengths_that_look_like_letters) {
    constexpr auto site = routes(at<"a/b">(text("A/B")));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get).segment("a\x01"
                                            "b")),
              "4.04");
    EXPECT_EQ(c.said(ask(code::get).segment(std::string_view{"a\0b", 3})), "4.04");
}

// ---- Lengths with bits in common

// The lengths 10 and 2 differ in a single bit of the option's first byte.
TEST(routes, take_no_segment_that_is_8_bytes_longer_for_one_below_a_path) {
    constexpr auto site = routes(below<"fs">(get(see_segments)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "fs2345678")), "4.04");
    EXPECT_EQ(c.said(ask(code::get, "fs23456789")), "4.04");
    EXPECT_EQ(c.said(ask(code::get, "fs23456789/x")), "4.04");
    EXPECT_EQ(c.said(ask(code::get, "fs/23456789")), "2.05 ct=0: [23456789]");
}

// ---- Large sites

// From 17 rows on, the search uses a hash. The site has resources of several sizes next to each other.
TEST(routes, are_found_in_a_large_site) {
    static bool on;
    on = false;
    constexpr auto inner = routes(at<"x">(text("inner X")));
    constexpr auto site = routes(
        at<"">(text("root")), at<"a">(text("A")), at<"b">(value(on)), at<"c">(get(says("C")), put(says("put C"))),
        at<"d/e">(text("D/E")), at<"d/f">(lamp{&on}), below<"g">(get(see_segments)), below<"g/h">(put(see_segments)),
        below<"in">(inner), at<"i">(text("I")), at<"i">(post(says("post I"))), at<"j/*">(get(see_segments)),
        at<"j/k">(put(says("put J/K"))), below<"*/l">(get(see_segments)), at<"m">(text("M")), at<"n">(text("N")),
        at<"o">(text("O")), at<"p">(document("P")), well_known_core);
    core c{site};
    EXPECT_EQ(c.said(ask(code::get)), "2.05 ct=0: root");
    EXPECT_EQ(c.said(ask(code::get, "b")), "2.05 ct=0: 0");
    EXPECT_EQ(c.said(ask(code::put, "d/f").payload("on")), "2.04");
    EXPECT_EQ(c.said(ask(code::get, "b")), "2.05 ct=0: 1");
    EXPECT_EQ(c.said(ask(code::put, "c")), "2.05 ct=0: put C");
    EXPECT_EQ(c.said(ask(code::get, "d/e")), "2.05 ct=0: D/E");
    EXPECT_EQ(c.said(ask(code::get, "g/h/i")), "2.05 ct=0: [h][i]") << "the longer path has no GET";
    EXPECT_EQ(c.said(ask(code::put, "g/h/i")), "2.05 ct=0: [i]");
    EXPECT_EQ(c.said(ask(code::get, "in/x")), "2.05 ct=0: inner X");
    EXPECT_EQ(c.said(ask(code::post, "i")), "2.05 ct=0: post I");
    EXPECT_EQ(c.said(ask(code::get, "j/k")), "2.05 ct=0: [k]") << "the text has no GET";
    EXPECT_EQ(c.said(ask(code::put, "j/k")), "2.05 ct=0: put J/K");
    EXPECT_EQ(c.said(ask(code::get, "q/l/r")), "2.05 ct=0: [q][l][r]");
    EXPECT_EQ(c.said(ask(code::get, "g/l")), "2.05 ct=0: [g][l]") << "two segments before one";
    EXPECT_EQ(c.said(ask(code::delete_, "a")), "4.05");
    EXPECT_EQ(c.said(ask(code::get, "q")), "4.04");
    EXPECT_EQ(c.said(ask(code::get, "a").with(65)), "4.02");
    EXPECT_EQ(c.said(ask(code::get, ".well-known/core")).substr(0, 22), "2.05 ct=40: </>,</a>,<");
}

}  // namespace
}  // namespace mincoap
