// Replies as values, and the bytes that each writes. The request is always CON GET, Message ID 0x1234, token aa bb.
#include <array>
#include <string>

#include <gtest/gtest.h>

#include "../../support/exchange.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::filler;
using test::packet;

packet answer_of(const auto& handler, std::size_t capacity = default_message_size) {
    return test::core{handler, capacity}.answer(ask(code::get).token("aa bb"));
}

TEST(reply, is_just_a_code) {
    EXPECT_EQ(answer_of([](const request&) -> reply { return code::changed; }), packet{"62 44 12 34 aa bb"});
    EXPECT_EQ(answer_of([](const request&) { return code::forbidden; }), packet{"62 83 12 34 aa bb"})
        << "what converts to a reply is one";
}

TEST(reply, says_its_code) {
    EXPECT_EQ(reply{code::valid}.code(), code::valid);
    EXPECT_EQ(content("x").code(), code::content);
}

TEST(reply, is_content) {
    EXPECT_EQ(answer_of([](const request&) { return content("hi"); }), packet{"62 45 12 34 aa bb c0 ff 'hi'"});
    EXPECT_EQ(answer_of([](const request&) { return content<content_format::link_format>("</>"); }),
              packet{"62 45 12 34 aa bb c1 28 ff '</>'"});
    EXPECT_EQ(answer_of([](const request&) { return content<content_format::concise_problem_details>("\xa0"); }),
              packet{"62 45 12 34 aa bb c2 01 01 ff a0"});
}

// RFC 7252 §3: an empty payload has no marker.
TEST(reply, is_empty_content) {
    EXPECT_EQ(answer_of([](const request&) { return content(""); }), packet{"62 45 12 34 aa bb c0"});
}

// RFC 7252 §5.5.2: a diagnostic payload has no Content-Format.
TEST(reply, is_a_payload_without_a_content_format) {
    EXPECT_EQ(answer_of([](const request&) -> reply { return {code::bad_request, {}, "no such mode"}; }),
              packet{"62 80 12 34 aa bb ff 'no such mode'"});
}

TEST(reply, renders_a_payload) {
    EXPECT_EQ(answer_of([](const request&) -> reply {
                  return {code::bad_request, [](message::writer& to) { to.payload("why"); }};
              }),
              packet{"62 80 12 34 aa bb ff 'why'"});
}

TEST(reply, renders_options_of_any_number) {
    EXPECT_EQ(answer_of([](const request&) -> reply {
                  return {code::created, [](message::writer& to) {
                              to.option(option::etag, "e");
                              to.option(option::location_path, "new");
                              to.uint_option(option::max_age, 60);
                              to.payload("x");
                          }};
              }),
              packet{"62 41 12 34 aa bb 41 'e' 43 'new' 61 3c ff 'x'"});
}

TEST(reply, renders_options_behind_its_content_format) {
    EXPECT_EQ(answer_of([](const request&) -> reply {
                  return {code::content, content_format::cbor, [](message::writer& to) {
                              to.uint_option(option::max_age, 5);
                              to.payload("\x01");
                          }};
              }),
              packet{"62 45 12 34 aa bb c1 3c 21 05 ff 01"});
}

// RFC 7252 §3.1: the first option's delta counts from 0, whether it is below Content-Format or above.
TEST(reply, without_a_content_format_writes_options_as_they_are) {
    const auto starting_with = [](option first) {
        return answer_of([first](const request&) -> reply {
            return {code::content, {}, [first](message::writer& to) {
                        to.option(first, "v");
                        to.payload("x");
                    }};
        });
    };
    EXPECT_EQ(starting_with(option::etag), packet{"62 45 12 34 aa bb 41 'v' ff 'x'"});
    EXPECT_EQ(starting_with(option::content_format), packet{"62 45 12 34 aa bb c1 'v' ff 'x'"});
    EXPECT_EQ(starting_with(option::max_age), packet{"62 45 12 34 aa bb d1 01 'v' ff 'x'"});
    EXPECT_EQ(starting_with(option::size2), packet{"62 45 12 34 aa bb d1 0f 'v' ff 'x'"});
}

TEST(reply, says_its_content_format) {
    EXPECT_TRUE(reply{code::content}.format().decoded().is_absent());
    EXPECT_EQ(content("x").format().decoded(), content_format::text_plain);
    EXPECT_EQ(content<content_format::concise_problem_details>("x").format().decoded(),
              content_format::concise_problem_details);
    const auto render = [](message::writer&) {};
    EXPECT_EQ(reply(code::content, content_format::json, render).format().decoded(), content_format::json);
    constexpr auto last = static_cast<content_format>(65535);
    EXPECT_EQ(content<last>("x").format().decoded(), last);
    EXPECT_EQ(content<last>("x").code(), code::content) << "they share a word";
    EXPECT_TRUE(reply(code::content, render).format().decoded().is_absent());
}

// A text with NULs, and bytes, are sent whole.
TEST(reply, is_any_bytes) {
    static constexpr byte array[] = {0, 1, 2};
    static constexpr std::array<byte, 2> standard{0xff, 0};
    static const std::string owner{"a\0b", 3};
    EXPECT_EQ(answer_of([](const request&) { return content("a\0b"); }), packet{"62 45 12 34 aa bb c0 ff 'a' 00 'b'"});
    EXPECT_EQ(answer_of([](const request&) { return content<content_format::cbor>(bytes{array}); }),
              packet{"62 45 12 34 aa bb c1 3c ff 00 01 02"});
    EXPECT_EQ(answer_of([](const request&) { return content<content_format::cbor>(bytes{standard}); }),
              packet{"62 45 12 34 aa bb c1 3c ff ff 00"});
    EXPECT_EQ(answer_of([](const request&) { return content(std::string_view{owner}); }),
              packet{"62 45 12 34 aa bb c0 ff 'a' 00 'b'"});
    EXPECT_EQ(answer_of([](const request&) -> reply { return {code::bad_request, {}, std::span{standard}}; }),
              packet{"62 80 12 34 aa bb ff ff 00"});
}

// The reply owns a copy of the text. The original is gone when the reply is rendered.
TEST(reply, copies_a_short_text) {
    EXPECT_EQ(answer_of([](const request&) { return content(text_of(21.5, 1)); }),
              packet{"62 45 12 34 aa bb c0 ff '21.5'"});
    EXPECT_EQ(answer_of([](const request&) { return content<content_format::json>(text_of(215, scale<1>)); }),
              packet{"62 45 12 34 aa bb c1 32 ff '21.5'"});
    EXPECT_EQ(answer_of([](const request& r) -> reply {
                  short_text line;
                  line.add("token of ").add(r.message.token().size()).add(" bytes");
                  return {code::bad_request, {}, line};
              }),
              packet{"62 80 12 34 aa bb ff 'token of 2 bytes'"});
    EXPECT_EQ(answer_of([](const request&) { return content(short_text{}); }), packet{"62 45 12 34 aa bb c0"});
}

// Half a number would be another number.
TEST(reply, of_a_text_that_was_too_long_is_an_error_and_never_cut) {
    constexpr std::string_view whole = "12345678901234567890123";
    EXPECT_EQ(answer_of([&](const request&) { return content(text_of(whole)); }),
              packet{"62 45 12 34 aa bb c0 ff '12345678901234567890123'"});
    EXPECT_EQ(answer_of([&](const request&) { return content(text_of(whole).add(4)); }), packet{"62 a0 12 34 aa bb"});
    EXPECT_EQ(answer_of([&](const request&) -> reply { return {code::bad_request, {}, text_of(whole).add(4)}; }),
              packet{"62 80 12 34 aa bb"})
        << "an error is sent without its explanation";
}

// A reply is a value: it may be made in one place and rendered in another.
TEST(reply, owns_what_it_needs) {
    struct six_pointers {
        std::array<void*, 6> pointers;
        void operator()(message::writer& to) const {
            for (const void* const p : pointers) to.payload(p == this ? "." : "-");
        }
    };
    static_assert(sizeof(six_pointers) == reply::capacity);
    EXPECT_EQ(answer_of([](const request&) -> reply { return {code::content, six_pointers{}}; }),
              packet{"62 45 12 34 aa bb ff '------'"});

    std::uint64_t wide = 0x0102'0304'0506'0708;
    EXPECT_EQ(answer_of([&](const request&) -> reply {
                  return {code::content, [wide](message::writer& to) {
                              to.uint_option(option::size2, static_cast<std::uint32_t>(wide));
                          }};
              }),
              packet{"62 45 12 34 aa bb d4 0f 05 06 07 08"});
}

TEST(reply, is_rendered_at_most_once_and_after_the_handler_returned) {
    static int calls;
    static bool returned;
    calls = 0;
    returned = false;
    struct at_exit {
        ~at_exit() { returned = true; }
    };
    const packet sent = answer_of([](const request&) -> reply {
        const at_exit handler;
        return {code::content, [](message::writer& to) {
                    ++calls;
                    to.payload(returned ? "after" : "before");
                }};
    });
    EXPECT_EQ(sent, packet{"62 45 12 34 aa bb ff 'after'"});
    EXPECT_EQ(calls, 1);
}

// A reply that does not fit is 5.00 with the token, never a part of it.
TEST(reply, that_does_not_fit_becomes_5_00) {
    const auto handler = [](const request&) { return content("0123456789"); };
    constexpr std::size_t size = 6 + 1 + 1 + 10;
    EXPECT_EQ(answer_of(handler, size).size(), size);
    for (std::size_t capacity = 12; capacity < size; ++capacity)
        EXPECT_EQ(answer_of(handler, capacity), packet{"62 a0 12 34 aa bb"}) << capacity;
}

TEST(reply, that_cannot_fit_anywhere_becomes_5_00) {
    EXPECT_EQ(answer_of([](const request&) -> reply {
                  return {code::content, [](message::writer& to) {
                              for (int i = 0; i < 70'000; ++i) to.payload("x");
                          }};
              }),
              packet{"62 a0 12 34 aa bb"});
}

// Rolling back to a mark keeps the pieces that fit.
TEST(reply, can_write_as_much_as_fits) {
    const packet sent = answer_of(
        [](const request&) -> reply {
            return {code::content, [](message::writer& to) {
                        for (;;) {
                            const message::writer mark = to;
                            to.payload("abc");
                            if (!to.failed()) continue;
                            to = mark;
                            return;
                        }
                    }};
        },
        6 + 1 + 8);
    EXPECT_EQ(sent, packet{"62 45 12 34 aa bb ff 'abcabc'"});
}

void write_x(message::writer& to) { to.payload("x"); }

TEST(reply, takes_a_function_by_its_name) {
    test::core plain{[](const request&) -> reply { return {code::content, write_x}; }};
    EXPECT_EQ(plain.said("40 01 12 34"), "2.05: x");
    test::core formatted{[](const request&) -> reply { return {code::content, content_format::json, write_x}; }};
    EXPECT_EQ(formatted.said("40 01 12 34"), "2.05 ct=50: x");
}

// In checked builds, the request is overwritten before a reply is rendered: keeping a view of it shows at once.
TEST(reply, that_kept_a_view_of_the_request_is_caught_in_checked_builds) {
    const auto echo = [](const request& r) -> reply {
        const bytes kept = r.payload();
        return {code::content, [kept](message::writer& to) { to.payload(as_text(kept).substr(0, 2)); }};
    };
    test::core core{echo};
    const packet sent = core.answer("40 02 12 34 b8 'reversed' ff 'payload'");
    if constexpr (checked_build) {
        EXPECT_EQ(sent, packet{"60 45 12 34 ff a5 a5"});
    }
}

// ---- Misuse: a trap in checked builds

// RFC 7252 §3: a response has class 2, 4 or 5.
TEST(reply_death_test, refuses_the_code_of_anything_but_a_response) {
    if constexpr (checked_build) {
        const auto nothing = [](message::writer&) {};
        for (const unsigned value : {0x00U, 0x01U, 0x07U, 0x1fU, 0x20U, 0x60U, 0xc0U, 0xe1U, 0xffU}) {
            const auto no_response = static_cast<code>(value);
            EXPECT_DEATH(reply{no_response}, "") << value;
            EXPECT_DEATH(reply(no_response, {}, "x"), "") << value;
            EXPECT_DEATH(reply(no_response, nothing), "") << value;
        }
    }
}

TEST(reply, takes_the_code_of_any_response) {
    for (const unsigned value : {0x40U, 0x5fU, 0x80U, 0x9fU, 0xa0U, 0xbfU})
        EXPECT_EQ(reply{static_cast<code>(value)}.code(), static_cast<code>(value));
}

// ---- What is a handler

struct reads {
    reply operator()(const request&) const { return code::valid; }
};
struct not_const {
    reply operator()(const request&) { return code::valid; }
};
struct returns_void {
    void operator()(const request&) const {}
};
static_assert(handler<reads>);
static_assert(handler<null_handler>);
static_assert(handler<reply (*)(const request&)>);
static_assert(!handler<not_const>);
static_assert(!handler<returns_void>);
static_assert(!handler<int>);

TEST(null_handler, finds_nothing) { EXPECT_EQ(answer_of(null_handler{}), packet{"62 84 12 34 aa bb"}); }

}  // namespace
}  // namespace mincoap
