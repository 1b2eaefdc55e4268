// Links to paths that are known at run time only. A segment may contain arbitrary bytes.
#include <mincoap/resource/discovery/link_writer.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "../../support/packet.hpp"

namespace mincoap::test {
namespace {

using segments = std::initializer_list<std::string_view>;

// Returns the links that a resource at `reference` writes for the queries.
std::string written(std::string_view reference, const packet& queries, auto&& links) {
    std::array<byte, 1024> memory;
    body_writer body{memory};
    link_writer to{body, queries, reference};
    links(to);
    return std::string{as_text(bytes{memory}.first(body.size()))};
}

// Returns the document of one link. Checks that `link` returns true exactly if it wrote the link.
std::string link_at(std::string_view reference, segments path, std::string_view attributes = {}) {
    bool is_put = false;
    const std::string document = written(reference, {}, [&](link_writer& to) { is_put = to.link(path, attributes); });
    EXPECT_EQ(is_put, !document.empty());
    return document;
}

TEST(link_writer, puts_a_link_behind_its_reference) {
    EXPECT_EQ(link_at("/nodes", {"7"}, ";rt=\"node\""), "</nodes/7>;rt=\"node\"");
    EXPECT_EQ(link_at("/my%20nodes", {"7", "name"}), "</my%20nodes/7/name>");
    EXPECT_EQ(link_at("", {"7"}), "</7>");
    EXPECT_EQ(link_at("/nodes", {}, ";ct=40"), "</nodes>;ct=40");
}

// RFC 3986 §3.3: a pchar is written unchanged. RFC 7252 §6.5: all other characters are percent-encoded.
TEST(link_writer, percent_encodes_what_a_segment_cannot_have) {
    EXPECT_EQ(link_at("/n", {"a>b"}), "</n/a%3Eb>");
    EXPECT_EQ(link_at("/n", {"<"}), "</n/%3C>");
    EXPECT_EQ(link_at("/n", {"a/b", "/"}), "</n/a%2Fb/%2F>");
    EXPECT_EQ(link_at("/n", {"a \"b\"\\"}), "</n/a%20%22b%22%5C>");
    EXPECT_EQ(link_at("/n", {"100%", "%2F"}), "</n/100%25/%252F>");
    EXPECT_EQ(link_at("/n", {"\xc3\xa4", "\xff"}), "</n/%C3%A4/%FF>");
    EXPECT_EQ(link_at("/n", {std::string_view{"\0\n\x7f", 3}}), "</n/%00%0A%7F>");
    EXPECT_EQ(link_at("/n", {"?#[]"}), "</n/%3F%23%5B%5D>");
    EXPECT_EQ(link_at("/n", {"-._~!$&'()*+,;=:@"}), "</n/-._~!$&'()*+,;=:@>");
}

TEST(link_writer, forges_no_link_for_a_name_that_looks_like_one) {
    constexpr std::string_view forged = R"(x>;rt="node",</admin>;title=")";
    const std::string document = written("/n", {}, [&](link_writer& to) {
        to.link({forged}, ";rt=\"node\"");
        to.link({"y"}, ";rt=\"node\"");
    });
    const std::vector<std::string> expected = {R"(</n/x%3E;rt=%22node%22,%3C%2Fadmin%3E;title=%22>;rt="node")",
                                               R"(</n/y>;rt="node")"};
    std::vector<std::string> links;
    for (const std::string_view link : link_range{document}) links.emplace_back(link);
    EXPECT_EQ(links, expected);
}

TEST(link_writer, keeps_empty_segments_below_a_prefix) {
    EXPECT_EQ(link_at("/n", {""}), "</n/>");
    EXPECT_EQ(link_at("/n", {"", "a"}), "</n//a>");
    EXPECT_EQ(link_at("", {"a", ""}), "</a/>");
}

// RFC 3986 §4.2: "//" begins an authority.
TEST(link_writer, leads_to_no_host) {
    EXPECT_EQ(link_at("", {"", "elsewhere"}), "");
    EXPECT_EQ(link_at("", {""}), "");
    EXPECT_EQ(link_at("", {}), "");
    EXPECT_EQ(link_at("", {"/", "elsewhere"}), "</%2F/elsewhere>");
}

// RFC 7252 §5.10.1: a Uri-Path is never "." or "..". A client that resolves such a reference goes up a level.
TEST(link_writer, leads_to_no_other_level) {
    for (const std::string_view dots : {".", ".."}) {
        EXPECT_EQ(link_at("/n", {dots}), "") << dots;
        EXPECT_EQ(link_at("/n", {"a", dots, "b"}), "") << dots;
    }
    EXPECT_EQ(link_at("/n", {"...", ".a", "..a"}), "</n/.../.a/..a>");
}

// RFC 7252 §5.10: a Uri-Path has up to 255 bytes.
TEST(link_writer, leads_to_no_segment_that_is_too_long) {
    const auto put = [](std::size_t size) {
        bool is_put = false;
        written("/n", {}, [&](link_writer& to) { is_put = to.link<512>({std::string(size, 'a')}); });
        return is_put;
    };
    EXPECT_TRUE(put(255));
    EXPECT_FALSE(put(256));
}

TEST(link_writer, leaves_out_a_link_that_is_longer_than_its_memory) {
    const auto links = [](link_writer& to) {
        EXPECT_TRUE(to.link<8>({"456"}));
        EXPECT_FALSE(to.link<8>({"4567"}));
        EXPECT_FALSE(to.link<8>({"4>"}, ";")) << "the encoded size counts";
        EXPECT_FALSE(to.link<8>({"456"}, ";"));
        EXPECT_TRUE(to.link<8>({"4"}, ";o"));
        EXPECT_FALSE(to.link({"7"}, std::string(123, ';')));
        EXPECT_TRUE(to.link({"8"}, ";" + std::string(121, 'x')));
    };
    EXPECT_EQ(written("/n", {}, links), "</n/456>,</n/4>;o,</n/8>;" + std::string(121, 'x'));
}

// A query matches the link as it appears in the document.
TEST(link_writer, puts_what_matches_the_queries) {
    const auto links = [](link_writer& to) {
        EXPECT_TRUE(to.link({"a b"}, ";rt=\"x\""));
        EXPECT_TRUE(to.link({"c"}, ";rt=\"y\"")) << "the link is valid, but no query matches it";
    };
    EXPECT_EQ(written("/n", "44'rt=x'", links), "</n/a%20b>;rt=\"x\"");
    EXPECT_EQ(written("/n", "4d00'href=/n/a%20b'", links), "</n/a%20b>;rt=\"x\"");
    EXPECT_EQ(written("/n", {}, links), "</n/a%20b>;rt=\"x\",</n/c>;rt=\"y\"");
}

// RFC 3986 §2.3: the first and last character of each unreserved range, and the characters next to it.
TEST(link_writer, leaves_letters_and_digits_as_they_are) {
    EXPECT_EQ(link_at("/n", {"azAZ09"}), "</n/azAZ09>");
    EXPECT_EQ(link_at("/n", {"`{[^/\x7f"}), "</n/%60%7B%5B%5E%2F%7F>");
}

}  // namespace
}  // namespace mincoap::test
