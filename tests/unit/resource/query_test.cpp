#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../../support/exchange.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::core;
using test::inspect;
using test::packet;
using namespace std::string_literals;

std::vector<std::string> queries_of(const packet& datagram) {
    std::vector<std::string> all;
    inspect(datagram, [&](const request& r) {
        for (const std::string_view q : queries(r)) all.emplace_back(q);
    });
    return all;
}

// Returns the value of the parameter, or "absent".
std::string parameter(const packet& datagram, std::string_view name) {
    std::string found;
    inspect(datagram, [&](const request& r) { found = query_parameter(r, name).value_or("absent"); });
    return found;
}

// RFC 7252 §5.10.1: "Each Uri-Query Option specifies one argument parameterizing the resource."
TEST(queries, are_the_uri_query_options_in_order) {
    EXPECT_EQ(queries_of(ask(code::get, "a").query("b=c").query("").query("d").query("b=e").accept(0)),
              (std::vector<std::string>{"b=c", "", "d", "b=e"}));
}

TEST(queries, are_none_among_other_options) {
    EXPECT_TRUE(queries_of(ask(code::get)).empty());
    EXPECT_TRUE(queries_of(ask(code::put, "a=b").format(0).accept(0).with(20, "'a=b'").payload("a=b")).empty());
}

// RFC 7252 §6.5: the option contains the decoded bytes of the URI, so it may contain any byte.
TEST(queries, are_any_bytes_up_to_the_longest) {
    EXPECT_EQ(queries_of(ask(code::get).query("a&b=?\0\xff/"s)), std::vector<std::string>{"a&b=?\0\xff/"s});
    const std::string longest(255, 'x');
    EXPECT_EQ(queries_of(ask(code::get).query(longest).query(longest)), (std::vector<std::string>{longest, longest}));
}

TEST(query_parameter, is_what_stands_behind_the_name) {
    const packet datagram = ask(code::get, "log").query("from=3").query("all").query("to=").query("where=a=b");
    EXPECT_EQ(parameter(datagram, "from"), "3");
    EXPECT_EQ(parameter(datagram, "all"), "");
    EXPECT_EQ(parameter(datagram, "to"), "");
    EXPECT_EQ(parameter(datagram, "where"), "a=b");
}

TEST(query_parameter, is_absent_under_another_name) {
    const packet datagram = ask(code::get, "log").query("from=3").query("all");
    for (const char* name : {"fro", "from3", "from=", "From", "rom", "al", "alll", "log", "3", ""})
        EXPECT_EQ(parameter(datagram, name), "absent") << name;
    EXPECT_EQ(parameter(ask(code::get, "from"), "from"), "absent");
}

TEST(query_parameter, is_the_first_of_its_name) {
    EXPECT_EQ(parameter(ask(code::get).query("ab=0").query("a=1").query("a=2"), "a"), "1");
    EXPECT_EQ(parameter(ask(code::get).query("a").query("a=2"), "a"), "");
}

TEST(query_parameter, may_have_an_empty_name) {
    EXPECT_EQ(parameter(ask(code::get).query("a=1").query("=2"), ""), "2");
    EXPECT_EQ(parameter(ask(code::get).query(""), ""), "");
}

TEST(query_parameter, takes_any_bytes_for_characters) {
    const packet datagram = ask(code::get).query("a\0b=\0c"s);
    EXPECT_EQ(parameter(datagram, "a\0b"s), "\0c"s);
    EXPECT_EQ(parameter(datagram, "a"), "absent");
}

TEST(query_parameter, is_a_view_into_the_request) {
    inspect(ask(code::get).query("a=1").query("b"), [](const request& r) {
        const auto inside = [&](std::string_view value) {
            const bytes datagram = r.message.datagram();
            const auto* at = reinterpret_cast<const byte*>(value.data());
            return at >= datagram.data() && at + value.size() <= datagram.data() + datagram.size();
        };
        EXPECT_TRUE(inside(query_parameter(r, "a").value()));
        EXPECT_TRUE(inside(query_parameter(r, "b").value()));
    });
}

reply read_log(const request& r) { return query_parameter(r, "from") == "3" ? code::valid : code::not_found; }

// RFC 7252 §5.4.1: Uri-Query is critical.
TEST(query_parameter, is_for_methods_that_say_so) {
    constexpr auto site =
        routes(at<"log">(get(read_log).accepts_option<option::uri_query>()), at<"mute">(get(read_log)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "log").query("from=3")), "2.03");
    EXPECT_EQ(c.said(ask(code::get, "log").query("from=4")), "4.04");
    EXPECT_EQ(c.said(ask(code::get, "log")), "4.04");
    EXPECT_EQ(c.said(ask(code::get, "mute").query("from=3")), "4.02");
}

}  // namespace
}  // namespace mincoap
