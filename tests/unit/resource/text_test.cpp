#include <gtest/gtest.h>

#include "../../support/exchange.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::core;
using test::packet;

TEST(text, is_got) {
    constexpr auto site = routes(at<"hello">(text("Hello CoAP")));
    core c{site};
    EXPECT_EQ(c.answer(ask(code::get, "hello").token("aa")), packet{"61 45 12 34 aa c0 ff 'Hello CoAP'"});
    EXPECT_EQ(c.said(ask(code::get, "hello").accept(0)), "2.05 ct=0: Hello CoAP");
    EXPECT_EQ(c.said(ask(code::get, "hello").accept(50)), "4.06");
    EXPECT_EQ(c.said(ask(code::put, "hello").payload("x")), "4.05");
    EXPECT_EQ(c.said(ask(code::get, "hello").payload("ignored")), "2.05 ct=0: Hello CoAP");
}

TEST(text, may_be_empty) {
    constexpr auto site = routes(at<"">(text("")));
    EXPECT_EQ(core{site}.answer(ask(code::get)), packet{"60 45 12 34 c0"});
}

TEST(constant, has_any_format) {
    constexpr auto site = routes(at<"json">(constant<content_format::json>{"{}"}));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "json")), "2.05 ct=50: {}");
    EXPECT_EQ(c.said(ask(code::get, "json").accept(50)), "2.05 ct=50: {}");
    EXPECT_EQ(c.said(ask(code::get, "json").accept(0)), "4.06");
}

}  // namespace
}  // namespace mincoap
