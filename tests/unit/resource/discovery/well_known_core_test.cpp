// The exact documents that /.well-known/core serves (RFC 6690).
#include <string>

#include <gtest/gtest.h>

#include "../../support/exchange.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::core;
using test::packet;

constexpr auto yes = [] { return code::valid; };

std::string links_of(const auto& site) {
    const std::string said = core{site}.said(ask(code::get, ".well-known/core"));
    const std::string_view expected = "2.05 ct=40: ";
    EXPECT_EQ(said.substr(0, expected.size()), expected);
    return said.substr(std::min(said.size(), expected.size()));
}

TEST(well_known_core, lists_paths_and_attributes_in_order) {
    static bool led;
    constexpr auto site =
        routes(at<"">(text("root")), at<"led">(value(led)).title("Status LED").ct(content_format::text_plain),
               at<"sensors/t">(text("21")).rt("temperature").if_("sensor").raw(";obs").sz(2), below<"fs">(get(yes)),
               well_known_core);
    EXPECT_EQ(links_of(site), "</>,</led>;title=\"Status LED\";ct=0,"
                              "</sensors/t>;rt=\"temperature\";if=\"sensor\";obs;sz=2,</fs>");
}

// RFC 6690 §4: a client discovers resources by GET on /.well-known/core, in application/link-format (40).
TEST(well_known_core, is_link_format) {
    constexpr auto site = routes(at<"a">(text("A")), well_known_core);
    core c{site};
    EXPECT_EQ(c.answer(ask(code::get, ".well-known/core").token("aa")), packet{"61 45 12 34 aa c1 28 ff '</a>'"});
    EXPECT_EQ(c.said(ask(code::get, ".well-known/core").accept(40)), "2.05 ct=40: </a>");
    EXPECT_EQ(c.said(ask(code::get, ".well-known/core").accept(0)), "4.06");
    EXPECT_EQ(c.said(ask(code::put, ".well-known/core")), "4.05");
    EXPECT_EQ(c.said(ask(code::get, ".well-known")), "4.04");
    EXPECT_EQ(c.said(ask(code::get, ".well-known/core/x")), "4.04");
}

// RFC 6690 §4.1: a server that does not filter ignores the query.
TEST(well_known_core, ignores_a_query) {
    constexpr auto site = routes(at<"a">(text("A")), well_known_core);
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, ".well-known/core").query("rt=x").query("if=y")), "2.05 ct=40: </a>");
    EXPECT_EQ(c.said(ask(code::get, ".well-known/core").with(65)), "4.02") << "but not a critical option";
    EXPECT_EQ(c.said(ask(code::get, "a").query("rt=x")), "4.02") << "and no other resource does";
}

TEST(well_known_core, need_not_be_the_last) {
    constexpr auto site = routes(at<"a">(text("A")), well_known_core, at<"b">(text("B")));
    EXPECT_EQ(links_of(site), "</a>,</b>");
}

TEST(well_known_core, of_nothing_is_empty) {
    constexpr auto site = routes(well_known_core);
    EXPECT_EQ(core{site}.answer(ask(code::get, ".well-known/core")), packet{"60 45 12 34 c1 28"});
}

TEST(well_known_core, percent_encodes_what_a_path_cannot_have) {
    constexpr auto site = routes(at<"a b">(text("")), at<"100%">(text("")), at<"\xc3\xa4/>,\"">(text("")),
                                 at<"-._~!$&'()*+,;=:@">(text("")), at<"?#[]">(text("")), well_known_core);
    EXPECT_EQ(links_of(site), "</a%20b>,</100%25>,</%C3%A4/%3E,%22>,</-._~!$&'()*+,;=:@>,</%3F%23%5B%5D>");
}

// The attributes of all methods follow a single link.
TEST(well_known_core, lists_a_path_once) {
    constexpr auto site =
        routes(at<"a">(get(yes), put(yes), delete_(yes)).title("A").ct(content_format::cbor).raw(";obs"),
               at<"b">(text("B")), well_known_core);
    EXPECT_EQ(links_of(site), "</a>;title=\"A\";ct=60;obs,</b>");
}

TEST(well_known_core, lists_a_path_once_that_stands_there_twice) {
    constexpr auto adjacent = routes(at<"a">(get(yes)).title("A"), at<"a">(put(yes)), well_known_core);
    EXPECT_EQ(links_of(adjacent), "</a>;title=\"A\"");
    constexpr auto apart = routes(at<"a">(get(yes)).title("A"), at<"b">(get(yes)), at<"a">(put(yes)), well_known_core);
    EXPECT_EQ(links_of(apart), "</a>;title=\"A\",</b>");
}

TEST(well_known_core, lists_the_root_first_or_later) {
    constexpr auto first = routes(at<"">(text("")), at<"a">(text("")), well_known_core);
    EXPECT_EQ(links_of(first), "</>,</a>");
    constexpr auto later = routes(at<"a">(text("")), at<"">(text("")), well_known_core);
    EXPECT_EQ(links_of(later), "</a>,</>");
}

// RFC 6690 §2: the server does not cut off a document that is longer than the buffer.
TEST(well_known_core, that_does_not_fit_is_5_00) {
    constexpr auto site =
        routes(at<"a">(text("A")).title("A title that is too long for such a small buffer"), well_known_core);
    EXPECT_EQ((core{site, 32}.said(ask(code::get, ".well-known/core"))), "5.00");
}

// RFC 6690 §3: text inside a value may look like an attribute, or begin like one. It is not an attribute.
TEST(well_known_core, takes_no_value_for_an_attribute) {
    constexpr auto site =
        routes(at<"a">(text("A")).title("press;obs or wait").raw(";obs").raw(";obsolete"), well_known_core);
    EXPECT_EQ(links_of(site), R"(</a>;title="press;obs or wait";obs;obsolete)");
}

// The document is available at compile time.
constexpr auto described_site = routes(at<"a">(text("A")).title("T"), well_known_core);
static_assert(handler<decltype(described_site)>);

}  // namespace
}  // namespace mincoap
