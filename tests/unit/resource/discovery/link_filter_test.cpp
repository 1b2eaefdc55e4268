// Filters for link-format (RFC 6690 §4.1), compared with the examples of interoperability events and a slow
// reference.
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <mincoap/resource/discovery/link_filter.hpp>

namespace mincoap {
namespace {

using namespace std::string_literals;
using strings = std::vector<std::string>;

strings links_of(std::string_view document) {
    strings links;
    for (const std::string_view link : link_range{document}) links.emplace_back(link);
    return links;
}

// Returns the targets of the matching links, each followed by a space.
std::string targets(std::string_view document, std::string_view query) {
    std::string result;
    for (const std::string_view link : link_range{document})
        if (matches_filter(link, query)) result += std::string{link.substr(1, link.find('>') - 1)} + " ";
    return result;
}

TEST(link_range, of_nothing_is_empty) {
    EXPECT_EQ(links_of(""), strings{});
    EXPECT_EQ(links_of({}), strings{});
}

TEST(link_range, splits_at_commas) {
    EXPECT_EQ(links_of("</a>"), strings{"</a>"});
    EXPECT_EQ(links_of("</a>;rt=x,</>,</b>;obs"), (strings{"</a>;rt=x", "</>", "</b>;obs"}));
}

TEST(link_range, splits_at_no_comma_in_a_reference_or_quoted) {
    EXPECT_EQ(links_of(R"(</a,b>;rt="c,d",</e>;f="g\",h\\",</i>)"),
              (strings{"</a,b>;rt=\"c,d\"", R"(</e>;f="g\",h\\")", "</i>"}));
}

// "<" and ">" are valid in a ptoken (RFC 6690 §2), where they do not enclose a reference.
TEST(link_range, takes_angle_brackets_in_a_value_for_characters) {
    EXPECT_EQ(links_of("</a>;b=<c,</d>;e=f<,</g>"), (strings{"</a>;b=<c", "</d>;e=f<", "</g>"}));
}

TEST(link_range, ends_with_what_is_malformed) {
    EXPECT_EQ(links_of("</a>,"), strings{"</a>"});
    EXPECT_EQ(links_of(","), strings{""});
    EXPECT_EQ(links_of("</a,</b>"), strings{"</a,</b>"});
    EXPECT_EQ(links_of("</a"), strings{"</a"});
    EXPECT_EQ(links_of("</a>;b=\"c,</d>"), strings{"</a>;b=\"c,</d>"});
    EXPECT_EQ(links_of("</a>;b=\"c\\"), strings{"</a>;b=\"c\\"});
}

// The links of the ETSI CoAP plugtests, TD_COAP_LINK_01 to 09.
constexpr std::string_view plugtest = "</.well-known/core>;ct=40,"
                                      "</link1>;rt=\"Type1 Type2\";if=\"If1\","
                                      "</link2>;rt=\"Type2 Type3\";if=\"If2\";sz=1280,"
                                      "</link3>;rt=\"Type1 Type3\";if=\"foo\";sz=0";

TEST(matches_filter, finds_what_plugtests_look_for) {
    EXPECT_EQ(targets(plugtest, "rt=Type1"), "/link1 /link3 ");
    EXPECT_EQ(targets(plugtest, "rt=Type2"), "/link1 /link2 ");
    EXPECT_EQ(targets(plugtest, "rt=*"), "/link1 /link2 /link3 ");
    EXPECT_EQ(targets(plugtest, "if=If*"), "/link1 /link2 ");
    EXPECT_EQ(targets(plugtest, "if=foo"), "/link3 ");
    EXPECT_EQ(targets(plugtest, "sz=*"), "/link2 /link3 ");
    EXPECT_EQ(targets(plugtest, "href=/link1"), "/link1 ");
    EXPECT_EQ(targets(plugtest, "href=/link*"), "/link1 /link2 /link3 ");
    EXPECT_EQ(targets(plugtest, "ct=40"), "/.well-known/core ");
    EXPECT_EQ(targets(plugtest, "rt=Type4"), "");
}

TEST(matches_filter, compares_the_whole_value) {
    constexpr std::string_view link = "</a>;rt=temperature;title=\"Status LED\"";
    EXPECT_TRUE(matches_filter(link, "rt=temperature"));
    EXPECT_FALSE(matches_filter(link, "rt=temp"));
    EXPECT_FALSE(matches_filter(link, "rt=temperatures"));
    EXPECT_FALSE(matches_filter(link, "rt=emperature"));
    EXPECT_FALSE(matches_filter(link, "rt=Temperature")) << "it is bitwise identical or it is not";
    EXPECT_FALSE(matches_filter(link, "rt="));
    EXPECT_TRUE(matches_filter(link, "title=Status LED"));
    EXPECT_FALSE(matches_filter(link, "title=Status"));
    EXPECT_FALSE(matches_filter(link, "title=LED")) << "a title is one value";
}

TEST(matches_filter, compares_what_a_value_begins_with) {
    constexpr std::string_view link = "</a>;rt=temperature;title=\"Status LED\"";
    EXPECT_TRUE(matches_filter(link, "rt=temp*"));
    EXPECT_TRUE(matches_filter(link, "rt=temperature*")) << "any string is a prefix of itself";
    EXPECT_TRUE(matches_filter(link, "rt=*"));
    EXPECT_FALSE(matches_filter(link, "rt=temperatures*"));
    EXPECT_FALSE(matches_filter(link, "rt=e*"));
    EXPECT_TRUE(matches_filter(link, "title=Status L*"));
    EXPECT_FALSE(matches_filter(link, "title=LED*"));
}

TEST(matches_filter, takes_another_asterisk_for_a_character) {
    EXPECT_TRUE(matches_filter("</a>;rt=a*b", "rt=a*b"));
    EXPECT_FALSE(matches_filter("</a>;rt=axb", "rt=a*b"));
    EXPECT_FALSE(matches_filter("</a>;rt=ab", "rt=*b"));
    EXPECT_TRUE(matches_filter("</a>;rt=a*b", "rt=a**"));
    EXPECT_FALSE(matches_filter("</a>;rt=ab", "rt=a**"));
}

// RFC 6690 §4.1: a filter compares each value of a relation-types attribute separately.
TEST(matches_filter, compares_each_value_of_a_list) {
    for (const std::string name : {"rt", "if", "rel", "rev", "ct"}) {
        const std::string link = "</a>;" + name + "=\"40 core.x 60\"";
        for (const char* value : {"=40", "=core.x", "=60", "=core*", "=6*", "=*"})
            EXPECT_TRUE(matches_filter(link, name + value)) << name << value;
        for (const char* value : {"=4", "=core", "=0", "=40 core.x 60", "=40 *", "=core.x ", "= 60", "=x*", "="})
            EXPECT_FALSE(matches_filter(link, name + value)) << name << value;
    }
    for (const std::string name : {"r", "rts", "rt*", "f", "el", "re", "title", "rt if"})
        EXPECT_FALSE(matches_filter("</a>;" + name + "=\"40 60\"", name + "=60")) << name;
}

TEST(matches_filter, compares_without_quotation_marks) {
    for (const char* link : {"</a>;sz=12", "</a>;sz=\"12\""}) {
        EXPECT_TRUE(matches_filter(link, "sz=12")) << link;
        EXPECT_TRUE(matches_filter(link, "sz=1*")) << link;
        EXPECT_FALSE(matches_filter(link, "sz=1")) << link;
        EXPECT_FALSE(matches_filter(link, "sz=12\"")) << link;
        EXPECT_FALSE(matches_filter(link, "sz=\"12\"")) << "in a query, they are part of what is looked for";
        EXPECT_FALSE(matches_filter(link, "sz=\"*")) << link;
    }
}

// RFC 6690 §4.1, RFC 2616 §2.2: a quoted-pair represents its second character.
TEST(matches_filter, compares_without_backslashes) {
    constexpr std::string_view link = R"(</a>;title="say \"a\\b\"; now";rt=x)";
    EXPECT_TRUE(matches_filter(link, R"(title=say "a\b"; now)"));
    EXPECT_TRUE(matches_filter(link, R"(title=say "a*)"));
    EXPECT_TRUE(matches_filter(link, R"(title=say "*)"));
    EXPECT_FALSE(matches_filter(link, R"(title=say \"a\\b\"; now)"));
    EXPECT_FALSE(matches_filter(link, "title=say "));
    EXPECT_FALSE(matches_filter(link, "title=say a*"));
    EXPECT_TRUE(matches_filter(link, "rt=x")) << "the value ends where it ends";
    EXPECT_TRUE(matches_filter(R"(</a>;rt="\a \b")", "rt=b"));
}

TEST(matches_filter, looks_for_attributes_outside_of_values) {
    constexpr std::string_view link = "</x;rt=1>;title=\"a;rt=2;\";rt=3;foo=<;sz=4";
    EXPECT_FALSE(matches_filter(link, "rt=1"));
    EXPECT_FALSE(matches_filter(link, "rt=2"));
    EXPECT_TRUE(matches_filter(link, "rt=3"));
    EXPECT_TRUE(matches_filter(link, "foo=<"));
    EXPECT_TRUE(matches_filter(link, "sz=4"));
    EXPECT_TRUE(matches_filter(link, "title=a;rt=2;"));
}

TEST(matches_filter, compares_the_whole_name) {
    constexpr std::string_view link = "</a>;rt=x;title*=UTF-8''y";
    for (const char* query : {"r=*", "r", "rts=x", "rtx", "rt*", "rt =x", " rt=x", "RT=x", "t=x", "=x", "=", "=*"})
        EXPECT_FALSE(matches_filter(link, query)) << query;
    EXPECT_TRUE(matches_filter(link, "title*=UTF-8''y"));
    EXPECT_TRUE(matches_filter(link, "title*=*"));
    EXPECT_TRUE(matches_filter(link, "title*"));
    EXPECT_FALSE(matches_filter(link, "title=UTF-8''y")) << "title* is another attribute";
    EXPECT_FALSE(matches_filter(link, "title"));
    EXPECT_FALSE(matches_filter("</a>;title=y", "title*")) << "and a name matches as a whole";
}

TEST(matches_filter, finds_one_of_several_attributes_of_a_name) {
    constexpr std::string_view link = "</a>;foo=1;rt=x;foo=2;foo";
    for (const char* query : {"foo=1", "foo=2", "foo=", "foo"}) EXPECT_TRUE(matches_filter(link, query)) << query;
    EXPECT_FALSE(matches_filter(link, "foo=x"));
}

TEST(matches_filter, takes_no_value_for_an_empty_one) {
    for (const char* link : {"</a>;obs", "</a>;obs=", "</a>;obs=\"\"", "</a>;obs;rt=x", "</a>;rt=x;obs"}) {
        EXPECT_TRUE(matches_filter(link, "obs")) << link;
        EXPECT_TRUE(matches_filter(link, "obs=")) << link;
        EXPECT_TRUE(matches_filter(link, "obs=*")) << link;
        EXPECT_FALSE(matches_filter(link, "obs=1")) << link;
        EXPECT_FALSE(matches_filter(link, "obs=r*")) << link;
        EXPECT_FALSE(matches_filter(link, "ob")) << link;
        EXPECT_FALSE(matches_filter(link, "obst")) << link;
    }
}

// RFC 6690 §4.1: an empty prefix matches only attributes that exist.
TEST(matches_filter, finds_no_attribute_that_is_absent) {
    for (const char* query : {"rt", "rt=", "rt=*", "rt=x"}) {
        EXPECT_FALSE(matches_filter("</rt>", query)) << query;
        EXPECT_FALSE(matches_filter("</a>;title=\"rt=x\"", query)) << query;
    }
}

TEST(matches_filter, asks_without_a_value_whether_there_is_the_attribute) {
    EXPECT_TRUE(matches_filter("</a>;sz=12", "sz"));
    EXPECT_TRUE(matches_filter("</a>;rt=\"x y\"", "rt"));
    EXPECT_TRUE(matches_filter("</a>", "href"));
    EXPECT_FALSE(matches_filter("</a>;sz=12", "rt"));
}

TEST(matches_filter, finds_a_reference_as_it_stands_there) {
    EXPECT_TRUE(matches_filter("</a%20b>", "href=/a%20b"));
    EXPECT_FALSE(matches_filter("</a%20b>", "href=/a b"));
    EXPECT_FALSE(matches_filter("</a%20b>", "href=%20b")) << "it is one value";
    EXPECT_TRUE(matches_filter("</a>", "href=/a"));
    EXPECT_TRUE(matches_filter("</a>", "href=*"));
    EXPECT_TRUE(matches_filter("<>", "href="));
    EXPECT_FALSE(matches_filter("</a>", "href="));
    EXPECT_FALSE(matches_filter("</a>", "href=/"));
    EXPECT_FALSE(matches_filter("</a>", "href=/a>"));
    EXPECT_FALSE(matches_filter("</a>", "href=a"));
    EXPECT_TRUE(matches_filter("</a;b,c=d>;rt=x", "href=/a;b,c=d"));
    EXPECT_TRUE(matches_filter("<coap://[2001:db8::1]/a?b=c>", "href=coap://[2001:db8::1]/*"));
    EXPECT_FALSE(matches_filter("</a>;href=b", "href=b")) << "an attribute of that name is no reference";
    EXPECT_TRUE(matches_filter("</a>;hreflang=en", "hreflang=en"));
    EXPECT_FALSE(matches_filter("</a>;hreflang=en", "hreflang=/a"));
    EXPECT_FALSE(matches_filter("</a>", "hre=/a"));
    for (const char* none : {"", "<", ";"}) EXPECT_FALSE(matches_filter(none, "href=*")) << none;
    EXPECT_FALSE(matches_filter({}, "href"));
}

TEST(matches_filter, asks_for_nothing_if_it_is_empty) {
    EXPECT_TRUE(matches_filter("</a>", ""));
    EXPECT_TRUE(matches_filter("</a>", {}));
}

TEST(matches_filter, looks_for_any_bytes) {
    EXPECT_TRUE(matches_filter("</a>;title=\"\0\xff\""s, "title=\0\xff"s));
    EXPECT_FALSE(matches_filter("</a>;title=\"\0\xff\""s, "title=\0"s));
    EXPECT_FALSE(matches_filter("</a>;rt=x", "rt=x\0"s));
    EXPECT_FALSE(matches_filter("</a>;rt=x", "rt\0=x"s));
    EXPECT_FALSE(matches_filter("</a>;rt=x", "\0"s));
    for (const char* query :
         {"rt=x;", "rt=x,", "rt=\"x", "\"rt\"=x", "rt=x\\", "\\rt=x", "</a>;rt=x", ";rt=x", ";", "<"})
        EXPECT_FALSE(matches_filter("</a>;rt=x", query)) << query;
}

// An evaluation at compile time fails if it reads past the end of malformed input.
constexpr bool compiles(std::string_view link, std::string_view query) {
    return matches_filter(link, query) || !matches_filter(link, query);
}
static_assert(matches_filter("</link1>;rt=\"Type1 Type2\";if=\"If1\"", "rt=Type2"));
static_assert(!matches_filter("</link1>;rt=\"Type1 Type2\";if=\"If1\"", "rt=Type3"));
static_assert(compiles("", "a") && compiles("", "href=*") && compiles("<", "href") && compiles(">", "href="));
static_assert(compiles("</a>;", "a") && compiles(";", "") && compiles("</a>;rt=", "rt=") && compiles(";;;", "=="));
static_assert(compiles("</a>;rt=\"", "rt=") && compiles("</a>;rt=\"\\", "rt=\\") && compiles("</a>;rt=\\", "rt=x"));
static_assert(compiles("</a>;rt=\"x ", "rt=y") && compiles("</a>;\\", "\\") && compiles("\\", "href=\\"));
static_assert([] {
    std::size_t size = 0;
    for (const std::string_view link : link_range{"</a,b>;rt=\",\",</c>,"}) size += link.size();
    return size == 17;
}());

// The reference implementation stores a link as attributes, never as text.
struct attribute {
    std::string name;
    std::optional<std::string> value;
};
struct known_link {
    std::string target;
    std::vector<attribute> attributes;
};

bool is_list(const std::string& name) {
    return name == "rt" || name == "if" || name == "rel" || name == "rev" || name == "ct";
}

strings values_of(const attribute& a) {
    const std::string whole = a.value.value_or("");
    if (!is_list(a.name)) return {whole};
    strings values{""};
    for (const char c : whole) c == ' ' ? values.emplace_back() : values.back() += c;
    return values;
}

bool reference(const known_link& link, const std::string& query) {
    if (query.empty()) return true;
    const std::size_t equals = query.find('=');
    const std::string name = query.substr(0, equals);
    const std::string wanted = equals == std::string::npos ? "*" : query.substr(equals + 1);
    strings candidates;
    if (name == "href") candidates = {link.target};
    else
        for (const attribute& a : link.attributes)
            if (a.name == name)
                for (const std::string& value : values_of(a)) candidates.push_back(value);
    for (const std::string& value : candidates) {
        if (wanted == value && !wanted.ends_with('*')) return true;
        if (wanted.ends_with('*') && value.starts_with(wanted.substr(0, wanted.size() - 1))) return true;
    }
    return false;
}

class generator {
public:
    explicit generator(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t limit) { return random_() % limit; }
    bool chance(std::size_t one_in) { return below(one_in) == 0; }

    std::string from(std::string_view alphabet, std::size_t longest) {
        std::string text(below(longest + 1), ' ');
        for (char& c : text) c = alphabet[below(alphabet.size())];
        return text;
    }
    std::string name() {
        static const strings names{"rt", "r", "rts", "ct", "if", "title", "title*", "href", "obs", "rel"};
        return names[below(names.size())];
    }

    known_link link() {
        known_link result{"/" + from("ab;,=*", 4), {}};
        for (std::size_t count = below(4); count != 0; --count) {
            attribute a{name(), std::nullopt};
            if (is_list(a.name)) a.value = from("ab*=", 2) + (chance(2) ? " " + from("ab*=", 2) : "");
            else if (!chance(4)) a.value = from("ab *\"\\;,<>=", 4);
            result.attributes.push_back(a);
        }
        return result;
    }

    // Returns the link as a document may write it: quoted if necessary, otherwise quoted at random.
    std::string written(const known_link& link) {
        std::string text = "<" + link.target + ">";
        for (const auto& [name, value] : link.attributes) {
            text += ";" + name;
            if (!value) continue;
            const bool quoted = value->find_first_of(" \"\\;,") != std::string::npos || chance(2);
            text += quoted ? "=\"" + escaped(*value) + "\"" : "=" + *value;
        }
        return text;
    }

    // Returns a query that often matches an attribute of the link.
    std::string query(const known_link& link) {
        if (chance(10)) return from("ab=*rt\"\\;,<>", 5);
        if (chance(8) || link.attributes.empty()) return "href=" + part(link.target);
        const attribute& a = link.attributes[below(link.attributes.size())];
        const strings values = values_of(a);
        return chance(8) ? a.name : (chance(6) ? name() : a.name) + "=" + part(values[below(values.size())]);
    }

private:
    std::string escaped(const std::string& value) {
        std::string text;
        for (const char c : value) text += c == '"' || c == '\\' || (c != ' ' && chance(5)) ? "\\"s + c : ""s + c;
        return text;
    }
    std::string part(const std::string& value) {
        if (chance(2)) return value.substr(0, below(value.size() + 1)) + "*";
        return chance(4) ? from("ab *", 2) : value;
    }

    std::mt19937 random_;
};

TEST(matches_filter, agrees_with_a_reference_on_random_links) {
    generator random{20240601};
    std::size_t matching = 0;
    for (int round = 0; round < 4000; ++round) {
        const std::vector<known_link> known{random.link(), random.link(), random.link()};
        strings written;
        for (const known_link& link : known) written.push_back(random.written(link));
        const std::string document = written[0] + "," + written[1] + "," + written[2];
        ASSERT_EQ(links_of(document), written) << document;
        for (std::size_t i = 0; i < 4 * known.size(); ++i) {
            const std::size_t at = i % known.size();
            const std::string query = random.query(known[random.below(known.size())]);
            const bool expected = reference(known[at], query);
            ASSERT_EQ(matches_filter(written[at], query), expected) << written[at] << " ? " << query;
            matching += expected;
        }
    }
    EXPECT_GT(matching, 8000U) << "otherwise the test covers too little";
}

// A buffer of exactly the text's size, so a sanitizer detects a read past its end.
class exact {
public:
    explicit exact(const std::string& text) : copy_(new char[text.size()]), size_(text.size()) {
        text.copy(copy_.get(), size_);
    }
    operator std::string_view() const { return {copy_.get(), size_}; }  // NOLINT(*-explicit-*): it is text

private:
    std::unique_ptr<char[]> copy_;
    std::size_t size_;
};

TEST(matches_filter, reads_nothing_behind_what_is_malformed) {
    constexpr std::string_view alphabet{"<>;,=\"\\* rta\0", 13};
    generator random{20240602};
    std::size_t matching = 0;
    for (int round = 0; round < 40000; ++round) {
        const std::string text = random.from(alphabet, 12);
        const exact document{text};
        std::string joined;
        for (const std::string_view link : link_range{document}) joined += std::string{link} + ",";
        ASSERT_TRUE(joined == text || joined == text + ",") << "links and commas are all there is: " << text;

        const exact link{"</a>;rt=" + text};
        const std::string name = random.chance(2) ? "rt" : random.from("rta\"\\", 3);
        const std::string value = random.from("a\"\\ t;", 2);
        if (!matches_filter(link, exact{name + "=" + value})) continue;
        ++matching;
        ASSERT_TRUE(matches_filter(link, exact{name + "=" + value + "*"})) << text << " ? " << name << "=" << value;
        ASSERT_TRUE(matches_filter(link, exact{name + "=*"})) << text << " ? " << name;
        ASSERT_TRUE(name.empty() || matches_filter(link, exact{name})) << text << " ? " << name;
    }
    EXPECT_GT(matching, 1000U) << "otherwise the test covers too little";
}

// RFC 6690 §4.1: a filter compares the reference under the name "href" only.
TEST(matches_filter, takes_no_other_name_for_href) {
    EXPECT_TRUE(matches_filter("</a>;obs", "href=/a"));
    for (const char* const query : {"hrex=/a", "xref=/a", "hre=/a", "hreff=/a", "HREF=/a"})
        EXPECT_FALSE(matches_filter("</a>;obs", query)) << query;
    EXPECT_TRUE(matches_filter("</a>;hrex=\"/b\"", "hrex=/b")) << "it is an attribute";
}

}  // namespace
}  // namespace mincoap
