#include <gtest/gtest.h>

#include "../../support/exchange.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::core;

TEST(optional, is_there_while_it_is_there) {
    int number = 3;
    using resource_type = decltype(value(number));
    std::optional<resource_type> target;
    const auto site = routes(at<"n">(mincoap::optional(target)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "n")), "4.04");
    EXPECT_EQ(c.said(ask(code::put, "n").payload("4")), "4.04");
    target.emplace(value(number));
    EXPECT_EQ(c.said(ask(code::get, "n")), "2.05 ct=0: 3");
    EXPECT_EQ(c.said(ask(code::put, "n").payload("4")), "2.04");
    EXPECT_EQ(c.said(ask(code::get, "n")), "2.05 ct=0: 4");
    target.reset();
    EXPECT_EQ(c.said(ask(code::get, "n")), "4.04");
    EXPECT_EQ(number, 4);
}

TEST(optional, takes_what_its_resource_takes) {
    std::optional<decltype(text(""))> target{text("here")};
    const auto site = routes(at<"t">(mincoap::optional(target)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "t").accept(60)), "4.06");
    EXPECT_EQ(c.said(ask(code::get, "t").with(65)), "4.02");
    EXPECT_EQ(c.said(ask(code::put, "t")), "4.05");
    EXPECT_EQ(c.said(ask(code::get, "t").accept(0)), "2.05 ct=0: here");
}

TEST(optional, has_attributes_of_its_own) {
    static constexpr std::optional<decltype(text(""))> target{};
    constexpr auto site = routes(at<"t">(mincoap::optional(target)).title("Maybe"), well_known_core);
    EXPECT_EQ(core{site}.said(ask(code::get, ".well-known/core")), "2.05 ct=40: </t>;title=\"Maybe\"");
}

}  // namespace
}  // namespace mincoap
