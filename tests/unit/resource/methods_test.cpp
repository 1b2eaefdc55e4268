#include <gtest/gtest.h>

#include "../../support/exchange.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::core;

// RFC 7252 §5.8, RFC 8132 §2: each method calls its own function.
TEST(methods, are_served_by_their_functions) {
    constexpr auto site = routes(at<"">(get([] { return content("get"); }), post([] { return content("post"); }),
                                        put([] { return content("put"); }), delete_([] { return content("delete"); }),
                                        fetch([] { return content("fetch"); }), patch([] { return content("patch"); }),
                                        ipatch([] { return content("ipatch"); })));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get)), "2.05 ct=0: get");
    EXPECT_EQ(c.said(ask(code::post)), "2.05 ct=0: post");
    EXPECT_EQ(c.said(ask(code::put)), "2.05 ct=0: put");
    EXPECT_EQ(c.said(ask(code::delete_)), "2.05 ct=0: delete");
    EXPECT_EQ(c.said(ask(code::fetch)), "2.05 ct=0: fetch");
    EXPECT_EQ(c.said(ask(code::patch)), "2.05 ct=0: patch");
    EXPECT_EQ(c.said(ask(code::ipatch)), "2.05 ct=0: ipatch");
}

reply with_request(const request& r) { return r.payload().empty() ? code::bad_request : code::changed; }
reply without_request() { return code::deleted; }

TEST(methods, take_plain_functions) {
    constexpr auto site = routes(at<"a">(post(with_request), delete_(without_request)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::post, "a").payload("x")), "2.04");
    EXPECT_EQ(c.said(ask(code::post, "a")), "4.00");
    EXPECT_EQ(c.said(ask(code::delete_, "a")), "2.02");
}

TEST(methods, take_lambdas_that_hold_something) {
    int sum = 0;
    const auto site = routes(at<"a">(post([&sum](const request& r) -> reply {
        sum += static_cast<int>(r.payload().size());
        return code::changed;
    })));
    core c{site};
    EXPECT_EQ(c.said(ask(code::post, "a").payload("abc")), "2.04");
    EXPECT_EQ(c.said(ask(code::post, "a").payload("de")), "2.04");
    EXPECT_EQ(sum, 5);
}

TEST(methods, combine_what_they_say_of_themselves) {
    constexpr auto search = fetch([] { return content<content_format::json>("[]"); })
                                .consumes<content_format::cbor>()
                                .accepts_option<option::uri_query>()
                                .accepts_option<option::if_match>();
    constexpr auto site = routes(at<"a">(search));
    core c{site};
    EXPECT_EQ(c.said(ask(code::fetch, "a").format(60).accept(50).query("q").with(1).payload("\x80")), "2.05 ct=50: []");
    EXPECT_EQ(c.said(ask(code::fetch, "a").format(0).payload("x")), "4.15");
    EXPECT_EQ(c.said(ask(code::fetch, "a").format(60).accept(0)), "4.06");
    EXPECT_EQ(c.said(ask(code::fetch, "a").accept(50).payload("\x80")), "4.15") << "RFC 8132 §2.3.1";
    EXPECT_EQ(c.said(ask(code::fetch, "a").with(5)), "4.02");
}

// The server refuses an unsuitable request before it calls the function.
TEST(methods, are_not_called_for_what_they_do_not_take) {
    static int calls;
    calls = 0;
    constexpr auto count = [] {
        ++calls;
        return reply{code::changed};
    };
    constexpr auto site = routes(at<"a">(put(count).consumes<content_format::cbor>()));
    core c{site};
    c.said(ask(code::put, "a").format(0));
    c.said(ask(code::put, "a").with(5, "00"));
    c.said(ask(code::put, "a").query("q"));
    c.said(ask(code::get, "a"));
    c.said(ask(code::put, "b"));
    EXPECT_EQ(calls, 0);
    c.said(ask(code::put, "a").format(60).accept(60));
    EXPECT_EQ(calls, 1);
}

// Only the reply determines whether the client accepts the format.
TEST(methods, are_called_whatever_is_accepted) {
    static int calls;
    calls = 0;
    constexpr auto site = routes(
        at<"a">(get([] { return ++calls, content("text"); }), put([] { return ++calls, reply{code::changed}; })));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "a").accept(60)), "4.06");
    EXPECT_EQ(c.said(ask(code::put, "a").accept(60)), "2.04");
    EXPECT_EQ(calls, 2);
}

// A declared format only serves to choose an alternative. The reply keeps its own format.
TEST(methods, say_what_they_produce) {
    constexpr auto read = get([] { return content("text"); }).accepts_option<option::uri_query>();
    constexpr auto said = read.produces<content_format::json>().accepts_option<option::if_match>();
    constexpr auto site = routes(at<"a">(said));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "a").accept(0).query("q").with(1)), "2.05 ct=0: text");
    EXPECT_EQ(c.said(ask(code::get, "a").accept(50)), "4.06");
    EXPECT_EQ(decltype(said)::call::produces, format_option{content_format::json});
}

// A function object that can be called with a request and without one.
struct both {
    reply operator()() const { return code::valid; }
    reply operator()(const request&) const { return code::changed; }
};
TEST(methods, hand_on_the_request_if_the_function_takes_it) {
    constexpr auto site = routes(at<"a">(post(both{})));
    EXPECT_EQ(core{site}.said(ask(code::post, "a")), "2.04");
}

}  // namespace
}  // namespace mincoap
