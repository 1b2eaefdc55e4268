#include <array>

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

TEST(text, keeps_its_nuls) {
    constexpr auto site = routes(at<"">(text("a\0b\0")));
    EXPECT_EQ(core{site}.answer(ask(code::get)), packet{"60 45 12 34 c0 ff 'a' 00 'b' 00"});
}

// RFC 7252 §5.10.5. The default of 60 seconds is omitted.
TEST(text, tells_how_long_it_may_be_cached) {
    constexpr auto site = routes(at<"t">(text("a").max_age<300>()).title("A"), at<"zero">(text("").max_age<0>()),
                                 at<"json">(constant<content_format::json>{"{}"}.max_age<16'777'216>()),
                                 at<"usual">(text("a").max_age<60>()), well_known_core);
    core c{site};
    EXPECT_EQ(c.answer(ask(code::get, "t")), packet{"60 45 12 34 c0 22 01 2c ff 'a'"});
    EXPECT_EQ(c.answer(ask(code::get, "zero")), packet{"60 45 12 34 c0 20"});
    EXPECT_EQ(c.answer(ask(code::get, "json")), packet{"60 45 12 34 c1 32 24 01 00 00 00 ff '{}'"});
    EXPECT_EQ(c.answer(ask(code::get, "usual")), packet{"60 45 12 34 c0 ff 'a'"});
    EXPECT_EQ(c.said(ask(code::get, "t").accept(50)), "4.06");
    EXPECT_EQ(c.said(ask(code::get, ".well-known/core")), "2.05 ct=40: </t>;title=\"A\",</zero>,</json>,</usual>");
}

constexpr std::array<byte, 3> document{0x82, 0x00, 0xff};
constexpr byte raw[] = {0x00, 0x01};

TEST(constant, is_bytes) {
    constexpr auto site = routes(at<"array">(constant<content_format::cbor>{std::span{document}}),
                                 at<"raw">(constant<content_format::octet_stream>{bytes{raw}}),
                                 at<"span">(constant<content_format::cbor>{bytes{document}}));
    core c{site};
    EXPECT_EQ(c.answer(ask(code::get, "array")), packet{"60 45 12 34 c1 3c ff 82 00 ff"});
    EXPECT_EQ(c.answer(ask(code::get, "raw")), packet{"60 45 12 34 c1 2a ff 00 01"});
    EXPECT_EQ(c.answer(ask(code::get, "span")), packet{"60 45 12 34 c1 3c ff 82 00 ff"});
}

}  // namespace
}  // namespace mincoap
