// Requests by multicast and broadcast reach the resources that are for groups, and no other one (RFC 10020 §6.3).
#include <gtest/gtest.h>

#include "../../support/exchange.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::core;
using test::multicast;

TEST(groups, carry_out_nothing_that_is_not_for_them) {
    int writes = 0;
    const auto count = [&writes] { return ++writes, code::changed; };
    const auto site =
        routes(at<"w">(put(count), post(count), delete_(count)), at<"g">(for_groups(put(count))), at<"r">(text("R")));
    core c{site};
    for (const code method : {code::put, code::post, code::delete_})
        EXPECT_EQ(c.said(ask(method, "w").non(), multicast()), "silence");
    EXPECT_EQ(c.said(ask(code::get, "r").non(), multicast()), "silence");
    EXPECT_EQ(writes, 0);
    EXPECT_EQ(c[outcomes::unsaid], 4U);
    EXPECT_EQ(c.said(ask(code::put, "g").non(), multicast()), "2.04");
    EXPECT_EQ(writes, 1);
    EXPECT_EQ(c.said(ask(code::put, "w")), "2.04") << "what comes by its own address is carried out";
}

TEST(groups, find_what_is_there) {
    constexpr auto site = routes(at<"r">(text("R")), well_known_core);
    constexpr auto filtered = routes(at<"r">(text("R")).rt("x"), filtered_well_known_core);
    EXPECT_EQ(core{site}.said(ask(code::get, ".well-known/core").non(), multicast()), "2.05 ct=40: </r>");
    EXPECT_EQ(core{filtered}.said(ask(code::get, ".well-known/core").non().query("rt=x"), multicast()),
              "2.05 ct=40: </r>;rt=\"x\"");
}

TEST(groups, reach_a_marked_resource_within_a_site_and_within_others) {
    constexpr auto inner = routes(at<"r">(for_groups(text("R"))), at<"s">(text("S")));
    constexpr auto site = routes(below<"in">(inner), at<"n">(for_groups(negotiated(text("N")))),
                                 at<"m">(negotiated(for_groups(text("M")), document<content_format::json>("{}"))));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "in/r").non(), multicast()), "2.05 ct=0: R");
    EXPECT_EQ(c.said(ask(code::get, "in/s").non(), multicast()), "silence");
    EXPECT_EQ(c.said(ask(code::get, "n").non(), multicast()), "2.05 ct=0: N");
    EXPECT_EQ(c.said(ask(code::get, "m").non(), multicast()), "2.05 ct=0: M");
    EXPECT_EQ(c.said(ask(code::get, "m").non().accept(50), multicast()), "silence")
        << "an alternative without the mark";
}

TEST(groups, reach_a_handler_that_says_so) {
    int calls = 0;
    const auto count = [&calls](const request&) -> reply { return ++calls, code::changed; };
    core c{count};
    EXPECT_EQ(c.said(ask(code::put).non(), multicast()), "silence");
    const auto forwarding = routes(at<"a">(forward(count)), at<"b">(for_groups(forward(count))));
    core d{forwarding};
    EXPECT_EQ(d.said(ask(code::put, "a").non(), multicast()), "silence");
    EXPECT_EQ(calls, 0);
    EXPECT_EQ(d.said(ask(code::put, "b").non(), multicast()), "2.04");
}

}  // namespace
}  // namespace mincoap
