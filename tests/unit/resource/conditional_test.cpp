// If-Match and If-None-Match, handled by a resource around another one that does not understand them.
#include <optional>

#include <gtest/gtest.h>

#include "../../support/exchange.hpp"
#include "../../support/options.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::core;
using test::filler;
using test::if_match;
using test::if_none_match;
using test::packet;

// The encoded ETag: its number in four bytes.
packet value_of(const etag& tag) {
    packet value;
    for (unsigned shift = 32; shift != 0; shift -= 8) value.append(static_cast<byte>(tag.number() >> (shift - 8)));
    return value;
}

constexpr etag current{std::string_view{"the one"}};
constexpr etag other{std::string_view{"another"}};
static_assert(current.number() > 0xff'ffff && other.number() > 0xff'ffff, "four bytes each");

bool holds(const packet& datagram, const std::optional<etag>& there) {
    bool result = false;
    int calls = 0;
    const auto handler = [&](const request& r) -> reply {
        ++calls;
        result = precondition_holds(r, there);
        return code::valid;
    };
    core{handler}.answer(datagram);
    EXPECT_EQ(calls, 1);
    return result;
}

TEST(precondition, holds_where_none_is_set) {
    EXPECT_TRUE(holds(ask(code::put), current));
    EXPECT_TRUE(holds(ask(code::put), std::nullopt));
    EXPECT_TRUE(holds(ask(code::put, "a").with(4, value_of(other)).payload("x"), current)) << "ETag is no condition";
}

// RFC 7252 §5.10.8.1
TEST(precondition, if_match_holds_for_the_current_tag) {
    EXPECT_TRUE(holds(ask(code::put).with(if_match, value_of(current)), current));
    EXPECT_FALSE(holds(ask(code::put).with(if_match, value_of(other)), current));
    EXPECT_FALSE(holds(ask(code::put).with(if_match, value_of(current)), std::nullopt)) << "the target does not exist";
}

// RFC 7252 §5.10.8.1: "If there is one or more If-Match options, but none of the options match, then the condition is
// not fulfilled."
TEST(precondition, one_of_several_if_match_is_enough) {
    const packet third = "01 02 03 04 05 06 07 08";
    const auto three = [&](const packet& a, const packet& b, const packet& c) {
        return ask(code::put).with(if_match, a).with(if_match, b).with(if_match, c);
    };
    EXPECT_TRUE(holds(three(value_of(current), value_of(other), third), current));
    EXPECT_TRUE(holds(three(value_of(other), value_of(current), third), current));
    EXPECT_TRUE(holds(three(value_of(other), third, value_of(current)), current));
    EXPECT_FALSE(holds(three(value_of(other), third, value_of(other)), current));
    EXPECT_FALSE(holds(three(value_of(other), third, value_of(current)), std::nullopt));
}

// RFC 7252 §5.10.8.1: an empty If-Match requires that the target exists.
TEST(precondition, the_empty_if_match_holds_if_something_is_there) {
    EXPECT_TRUE(holds(ask(code::put).with(if_match), current));
    EXPECT_FALSE(holds(ask(code::put).with(if_match), std::nullopt));
    EXPECT_TRUE(holds(ask(code::put).with(if_match).with(if_match, value_of(other)), current));
    EXPECT_TRUE(holds(ask(code::put).with(if_match, value_of(other)).with(if_match), current));
}

// RFC 7252 §5.10.8.2
TEST(precondition, if_none_match_holds_if_nothing_is_there) {
    EXPECT_FALSE(holds(ask(code::put).with(if_none_match), current));
    EXPECT_TRUE(holds(ask(code::put).with(if_none_match), std::nullopt));
}

TEST(precondition, both_are_to_hold) {
    const packet both = ask(code::put).with(if_match, value_of(current)).with(if_none_match);
    EXPECT_FALSE(holds(both, current));
    EXPECT_FALSE(holds(both, std::nullopt));
    EXPECT_FALSE(holds(ask(code::put).with(if_match).with(if_none_match), current));
}

// RFC 7252 §5.10.6: an ETag is opaque, and compared byte by byte.
TEST(precondition, a_tag_is_its_bytes) {
    const packet value = value_of(current);
    EXPECT_FALSE(holds(ask(code::put).with(if_match, packet{"00"} + value), current));
    EXPECT_FALSE(holds(ask(code::put).with(if_match, packet{"01"} + value), current));
    EXPECT_FALSE(holds(ask(code::put).with(if_match, packet{"00 00 00 00"} + value), current));
    EXPECT_FALSE(holds(ask(code::put).with(if_match, value + "00"), current));
    EXPECT_FALSE(holds(ask(code::put).with(if_match, packet{value.view().first(3)}), current));
    EXPECT_FALSE(holds(ask(code::put).with(if_match, packet{value.view().last(3)}), current));
}

// ---- conditional

// A number with a version that each PUT changes.
class conditional_test : public testing::Test {
protected:
    static inline int number;
    static inline unsigned version;
    static inline bool exists;

    void SetUp() override {
        number = 7;
        version = 1;
        exists = true;
    }

    static std::optional<etag> tag() {
        if (!exists) return std::nullopt;
        const auto low = static_cast<byte>(version);
        return etag{bytes{&low, 1}};
    }
    static packet if_current() { return value_of(*tag()); }
    static void write(int to) {
        number = to;
        version += 1;
        exists = true;
    }

    static constexpr auto setting = value([] { return number; }, [](int to) { write(to); });
    static constexpr auto site = routes(at<"n">(conditional(tag, setting)), at<"plain">(setting));

    static ask put(std::string_view to) { return ask{code::put, "n"}.payload(to); }

    core<decltype(site)> c{site};
};

TEST_F(conditional_test, changes_what_is_as_it_was_thought_to_be) {
    const packet first = if_current();
    EXPECT_EQ(c.said(put("8").with(if_match, first)), "2.04");
    EXPECT_EQ(number, 8);
    EXPECT_EQ(c.said(put("9").with(if_match, first)), "4.12") << "the ETag has changed by now";
    EXPECT_EQ(number, 8);
    EXPECT_EQ(c.said(put("9").with(if_match, first).with(if_match, if_current())), "2.04");
    EXPECT_EQ(number, 9);
}

TEST_F(conditional_test, creates_only_what_is_not_there) {
    EXPECT_EQ(c.said(put("8").with(if_none_match)), "4.12");
    EXPECT_EQ(number, 7);
    exists = false;
    EXPECT_EQ(c.said(put("8").with(if_match)), "4.12");
    EXPECT_EQ(number, 7);
    EXPECT_EQ(c.said(put("8").with(if_none_match)), "2.01");
    EXPECT_EQ(number, 8);
}

// GET and the conditions agree on whether the target exists.
TEST_F(conditional_test, reads_nothing_where_nothing_is_there) {
    exists = false;
    EXPECT_EQ(c.said(ask(code::get, "n")), "4.04");
    EXPECT_EQ(c.said(ask(code::get, "n").with(if_none_match)), "4.04");
    EXPECT_EQ(c.said(ask(code::get, "n").with(if_match)), "4.12");
    EXPECT_EQ(c.said(put("nonsense")), "4.00");
    EXPECT_EQ(c.said(put("8")), "2.01");
    EXPECT_EQ(c.said(put("8")), "2.04");
    EXPECT_EQ(c.said(ask(code::get, "n")), "2.05 ct=0: 8");
}

TEST_F(conditional_test, asks_nothing_of_a_request_without_conditions) {
    EXPECT_EQ(c.said(put("8")), "2.04");
    EXPECT_EQ(number, 8);
    EXPECT_EQ(c.said(ask(code::get, "n")), "2.05 ct=0: 8");
}

// RFC 7252 §5.10.8: "a conditional request" may use any method.
TEST_F(conditional_test, holds_for_each_method) {
    EXPECT_EQ(c.said(ask(code::get, "n").with(if_match, if_current())), "2.05 ct=0: 7");
    EXPECT_EQ(c.said(ask(code::get, "n").with(if_match, "01")), "4.12");
}

// RFC 7252 §5.10.8: "If the condition is not fulfilled, then the server MUST NOT perform the requested method."
TEST_F(conditional_test, does_not_look_at_the_payload_before) {
    EXPECT_EQ(c.said(put("nonsense").with(if_match, "01")), "4.12");
    EXPECT_EQ(c.said(put("nonsense").with(if_match)), "4.00");
}

TEST_F(conditional_test, leaves_the_rest_as_it_was) {
    EXPECT_EQ(c.said(put("8").format(60)), "4.15");
    EXPECT_EQ(c.said(put("8").format(60).with(if_match)), "4.15");
    EXPECT_EQ(c.said(put("8").query("q")), "4.02");
    EXPECT_EQ(c.said(ask(code::delete_, "n").with(if_match)), "4.05");
    EXPECT_EQ(c.said(ask(code::get, "n").accept(60)), "4.06");
    EXPECT_EQ(number, 7);
}

// RFC 7252 §5.4.1, §5.4.3: both options are critical. An invalid length makes them unrecognized options.
TEST_F(conditional_test, refuses_options_that_their_definitions_do_not_allow) {
    EXPECT_EQ(c.said(put("8").with(if_match, filler(9))), "4.02");
    EXPECT_EQ(c.said(put("8").with(if_none_match, "00")), "4.02");
    EXPECT_EQ(c.said(put("8").with(if_none_match).with(if_none_match)), "4.02");
    EXPECT_EQ(number, 7);
}

TEST_F(conditional_test, is_what_makes_a_resource_understand_conditions) {
    const auto to_plain = [] { return ask(code::put, "plain").payload("8"); };
    EXPECT_EQ(c.said(to_plain().with(if_match, if_current())), "4.02");
    EXPECT_EQ(c.said(to_plain().with(if_match)), "4.02");
    EXPECT_EQ(c.said(to_plain().with(if_none_match)), "4.02");
    EXPECT_EQ(number, 7);
    EXPECT_EQ(c.said(to_plain()), "2.04");
}

TEST(conditional, takes_a_tag_that_is_always_there) {
    static int number;
    number = 7;
    constexpr auto site = routes(at<"n">(conditional([] { return current; }, value(number))));
    core c{site};
    EXPECT_EQ(c.said(ask(code::put, "n").with(if_match, value_of(other)).payload("8")), "4.12");
    EXPECT_EQ(c.said(ask(code::put, "n").with(if_none_match).payload("8")), "4.12");
    EXPECT_EQ(number, 7);
    EXPECT_EQ(c.said(ask(code::put, "n").with(if_match, value_of(current)).payload("8")), "2.04");
    EXPECT_EQ(number, 8);
}

// An alternative does not refuse an option that the resource around it handles.
TEST(conditional, holds_for_all_that_are_negotiated_if_one_understands_conditions_itself) {
    static int number;
    static byte_store<8> store;
    number = 7;
    constexpr auto site =
        routes(at<"n">(conditional([] { return current; }, negotiated(value(number), put_blocks(store)))));
    core c{site};
    const auto put = [](const etag& tag) { return ask(code::put, "n").with(if_match, value_of(tag)).payload("8"); };
    EXPECT_EQ(c.said(put(current).format(0)), "2.04");
    EXPECT_EQ(number, 8);
    EXPECT_EQ(c.said(put(other).format(0)), "4.12");
    EXPECT_EQ(c.said(put(current).format(42)), "2.01");
    EXPECT_EQ(as_text(store.content()), "8");
    EXPECT_EQ(c.said(put(other).format(42)), "4.12");
    EXPECT_EQ(c.said(put(current).format(0).with(test::block1, "08")), "4.02") << "this option is not handled";
}

TEST(conditional, holds_for_a_site_and_for_a_handler_that_refuse_what_they_do_not_understand) {
    static int number;
    number = 7;
    constexpr auto inner = routes(at<"n">(value(number)));
    constexpr auto refuse = [](const request& r) {
        return r.critical_options == set_of(option::uri_path) ? code::valid : code::bad_option;
    };
    const auto site = routes(below<"in">(conditional([] { return current; }, inner)),
                             at<"own">(conditional([] { return current; }, forward(refuse))));
    core c{site};
    EXPECT_EQ(c.said(ask(code::put, "in/n").with(if_match, value_of(current)).payload("8")), "2.04");
    EXPECT_EQ(number, 8);
    EXPECT_EQ(c.said(ask(code::put, "in/n").with(if_match, value_of(other)).payload("9")), "4.12");
    EXPECT_EQ(number, 8);
    EXPECT_EQ(c.said(ask(code::get, "own").with(if_match)), "2.03");
    EXPECT_EQ(c.said(ask(code::get, "own").with(if_none_match)), "4.12");
    EXPECT_EQ(c.said(ask(code::get, "own").with(if_match).query("q")), "4.02") << "this option is not handled";
}

// If two ETags both had to match, no client could satisfy the condition.
TEST(conditional, alone_counts_around_a_resource_with_a_tag_of_its_own) {
    struct one {
        int number = 7;
    };
    static constexpr auto one_fields = fields(field<1>(&one::number));
    static one target;
    target = {};
    constexpr auto site = routes(at<"n">(conditional([] { return current; }, record(target, one_fields))));
    core c{site};
    const auto put = [](const packet& tag) {
        return ask(code::put, "n").format(60).with(if_match, tag).payload("\xa1\x01\x08");
    };
    const packet sent = c.answer(ask(code::get, "n"));
    const packet own{message::view::parse(sent.view())->options().find(option::etag)->value};
    EXPECT_EQ(c.said(put(own)), "4.12");
    EXPECT_EQ(target.number, 7);
    EXPECT_EQ(c.said(put(value_of(current))), "2.04");
    EXPECT_EQ(target.number, 8);
}

TEST(conditional, may_have_link_attributes) {
    static int number;
    constexpr auto site =
        routes(at<"n">(conditional([] { return current; }, value(number))).title("N"), well_known_core);
    EXPECT_EQ(core{site}.said(ask(code::get, ".well-known/core")), "2.05 ct=40: </n>;title=\"N\"");
}

}  // namespace
}  // namespace mincoap
