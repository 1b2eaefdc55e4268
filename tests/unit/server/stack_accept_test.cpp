// Accept (RFC 7252 §5.10.4): "If the preferred Content-Format cannot be returned, then a 4.06 'Not Acceptable' MUST be
// sent as a response, unless another error code takes precedence for this response."
#include <gtest/gtest.h>

#include "../../support/exchange.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::core;
using test::multicast;
using test::packet;

constexpr auto json = [](const request&) { return content<content_format::json>("{}"); };

TEST(accept, is_compared_with_the_content_format_of_the_reply) {
    core c{json};
    EXPECT_EQ(c.said(ask(code::get)), "2.05 ct=50: {}") << "none asked for";
    EXPECT_EQ(c.said(ask(code::get).accept(50)), "2.05 ct=50: {}");
    EXPECT_EQ(c.said(ask(code::get).accept(0)), "4.06");
    EXPECT_EQ(c.said(ask(code::get).accept(51)), "4.06");
    EXPECT_EQ(c.said(ask(code::get).accept(50 + 256)), "4.06");
    EXPECT_EQ(c.said(ask(code::post).accept(60)), "4.06") << "whatever the method";
}

// The 4.06 has code and token, but no part of the refused reply.
TEST(accept, refuses_byte_by_byte) {
    core c{json};
    EXPECT_EQ(c.answer(ask(code::get).token("aa bb").accept(0)), packet{"62 86 12 34 aa bb"});
    EXPECT_EQ(c.answer(ask(code::get).token("aa bb").non().accept(0)), packet{"52 86 be ef aa bb"});
    EXPECT_EQ(c[outcomes::served], 2U) << "the handler answered";
}

// RFC 7252 §3.2: 0 has no bytes in its shortest form, and any number may have zeros in front.
TEST(accept, is_a_uint) {
    core c{json};
    EXPECT_EQ(c.said(ask(code::get).with(17, "32")), "2.05 ct=50: {}");
    EXPECT_EQ(c.said(ask(code::get).with(17, "00 32")), "2.05 ct=50: {}");
    EXPECT_EQ(c.said(ask(code::get).with(17, "32 00")), "4.06");
    EXPECT_EQ(c.said(ask(code::get).with(17)), "4.06");

    constexpr auto plain = [](const request&) { return content("text"); };
    core p{plain};
    EXPECT_EQ(p.said(ask(code::get).with(17)), "2.05 ct=0: text");
    EXPECT_EQ(p.said(ask(code::get).with(17, "00")), "2.05 ct=0: text");
    EXPECT_EQ(p.said(ask(code::get).with(17, "00 00")), "2.05 ct=0: text");
    EXPECT_EQ(p.said(ask(code::get).with(17, "01")), "4.06");
}

TEST(accept, goes_up_to_65535) {
    constexpr auto highest = [](const request&) { return content<static_cast<content_format>(65535)>("x"); };
    core c{highest};
    EXPECT_EQ(c.said(ask(code::get).accept(65535)), "2.05 ct=65535: x");
    EXPECT_EQ(c.said(ask(code::get).accept(65534)), "4.06");
    EXPECT_EQ(c.said(ask(code::get).accept(0)), "4.06");
    EXPECT_EQ(c.said(ask(code::get).accept(255)), "4.06");
    EXPECT_EQ(core{json}.said(ask(code::get).accept(65535)), "4.06");
    constexpr auto nothing = [](const request&) { return code::changed; };
    EXPECT_EQ(core{nothing}.said(ask(code::get).accept(65535)), "2.04");
}

// Numbers of zero to two bytes, in their shortest form, match themselves and no other number.
TEST(accept, finds_every_format_and_no_other_one) {
    for (const std::uint32_t format : {0U, 1U, 50U, 255U, 256U, 257U, 11542U, 65534U, 65535U}) {
        const auto handler = [&](const request&) -> reply {
            return {code::content, message::encoded_content_format::encode(static_cast<content_format>(format)), "x"};
        };
        core c{handler};
        for (const std::uint32_t wanted : {0U, 1U, 50U, 255U, 256U, 257U, 11542U, 65534U, 65535U})
            EXPECT_EQ(c.said(ask(code::get).accept(wanted)),
                      wanted == format ? "2.05 ct=" + std::to_string(format) + ": x" : "4.06")
                << wanted;
    }
}

// A reply without a Content-Format cannot have a wrong one.
TEST(accept, lets_pass_a_reply_without_a_content_format) {
    for (const auto handler : {+[](const request&) -> reply { return code::changed; },
                               +[](const request&) -> reply { return {code::content, {}, "as agreed"}; },
                               +[](const request&) -> reply {
                                   return {code::content, [](message::writer& to) { to.payload("as agreed"); }};
                               }}) {
        core c{handler};
        EXPECT_EQ(c.said(ask(code::get).accept(60)), c.said(ask(code::get)));
    }
}

TEST(accept, is_compared_with_the_format_of_a_rendered_reply_which_is_not_rendered_then) {
    static int rendered;
    rendered = 0;
    constexpr auto handler = [](const request&) -> reply {
        return {code::content, content_format::cbor, [](message::writer& to) {
                    ++rendered;
                    to.payload("\x01");
                }};
    };
    core c{handler};
    EXPECT_EQ(c.said(ask(code::get).accept(0)), "4.06");
    EXPECT_EQ(rendered, 0);
    EXPECT_EQ(c.said(ask(code::get).accept(60)), "2.05 ct=60: \x01");
    EXPECT_EQ(rendered, 1);
}

// The server does not see the options that a function writes.
TEST(accept, is_not_compared_with_what_a_function_renders) {
    constexpr auto handler = [](const request&) -> reply {
        return {code::content, [](message::writer& to) {
                    to.uint_option(option::content_format, 60);
                    to.payload("\x01");
                }};
    };
    EXPECT_EQ(core{handler}.said(ask(code::get).accept(0)), "2.05 ct=60: \x01");
}

// "Unless another error code takes precedence": a diagnostic or a problem is sent unchanged.
TEST(accept, comes_after_any_error) {
    for (const code error : {code::bad_request, code::bad_option, code::not_found, code::not_acceptable,
                             code::too_many_requests, code::internal_server_error, code::hop_limit_reached}) {
        const auto handler = [&](const request&) -> reply { return {error, content_format::text_plain, "why"}; };
        core c{handler};
        EXPECT_EQ(c.said(ask(code::get).accept(60)), c.said(ask(code::get)));
    }
    constexpr auto handler = [](const request&) -> reply {
        return {code::not_found, content_format::text_plain, "no such page"};
    };
    EXPECT_EQ(core{handler}.said(ask(code::get).accept(60)), "4.04 ct=0: no such page");
}

TEST(accept, counts_for_every_success) {
    for (const code success :
         {code::created, code::deleted, code::valid, code::changed, code::content, code::continue_}) {
        const auto handler = [&](const request&) -> reply { return {success, content_format::json, "{}"}; };
        EXPECT_EQ(core{handler}.said(ask(code::post).accept(60)), "4.06");
    }
}

// RFC 7252 §8.2.
TEST(accept, refuses_a_multicast_request_by_silence) {
    constexpr auto group = routes(at<"">(for_groups(forward(json))));
    core c{group};
    EXPECT_EQ(c.answer(ask(code::get).non().accept(60), multicast()), packet{});
    EXPECT_EQ(c[outcomes::unsaid], 1U);
    EXPECT_EQ(c.said(ask(code::get).non().accept(50), multicast()), "2.05 ct=50: {}");
}

// A reply that is refused need not fit.
TEST(accept, refuses_before_the_reply_is_too_large) {
    constexpr auto large = [](const request&) { return content("a text of thirty characters..."); };
    core c{large, 16};
    EXPECT_EQ(c.said(ask(code::get)), "5.00");
    EXPECT_EQ(c.said(ask(code::get).accept(60)), "4.06");
}

// The same rule applies to many resources.
TEST(accept, counts_for_every_kind_of_resource) {
    static constexpr int number = 7;
    static const std::optional<decltype(text(""))> maybe{text("here")};
    const auto site = routes(at<"text">(text("T")), at<"value">(value(number)),
                             at<"function">(get([] { return content("F"); })), at<"maybe">(mincoap::optional(maybe)),
                             at<"forward">(forward([](const request&) { return content("H"); })),
                             below<"in">(routes(at<"text">(text("T")))), well_known_core);
    core c{site};
    for (const char* const path : {"text", "value", "function", "maybe", "forward", "in/text", ".well-known/core"}) {
        const std::string plain = c.said(ask(code::get, path));
        EXPECT_EQ(plain.substr(0, 4), "2.05") << path;
        EXPECT_EQ(c.said(ask(code::get, path).accept(60)), "4.06") << path;
        EXPECT_EQ(c.said(ask(code::get, path).accept(path[0] == '.' ? 40 : 0)), plain) << path;
    }
}

}  // namespace
}  // namespace mincoap
