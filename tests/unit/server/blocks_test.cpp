// Block options at resources that know nothing of blocks (RFC 7959).
#include <string>

#include <gtest/gtest.h>

#include "../../support/exchange.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::core;
using test::packet;
using test::unreachable_handler;

constexpr unsigned block2_number = 23;
constexpr unsigned block1_number = 27;
constexpr std::string_view letters = "0123456789abcdefghijklmnopqrstuvwxyzABCD";  // 40 bytes

reply twice(const request& r) { return r.payload().empty() ? content(letters) : code::changed; }

// Without any resource for blocks.
constexpr auto plain =
    routes(at<"">(text("Hello CoAP")), at<"long">(text(letters)),
           at<"put">(put([](const request& r) { return r.payload().size() == 2 ? code::changed : code::bad_request; })),
           at<"post">(post([] { return code::changed; })));
// With one.
constexpr auto mixed =
    routes(at<"">(text("Hello CoAP")), at<"long">(text(letters)), at<"empty">(get([] { return content(""); })),
           at<"written">(get([] {
               return reply{code::content, content_format::text_plain, [](message::writer& to) {
                                to.uint_option(option::max_age, 30);
                                to.payload(letters);
                            }};
           })),
           at<"fetch">(fetch([] { return content(letters); })), at<"post">(post(twice)),
           at<"put">(put([] { return code::changed; })),
           at<"error">(get([] { return diagnostic(code::conflict, letters); })), at<"document">(document(letters)));

std::string text_of(std::string_view s, std::size_t from, std::size_t count) {
    return std::string{s.substr(from, count)};
}

// ---- A wish for a block size (RFC 7959 §2.4)

TEST(blocks, serve_a_first_block_of_what_is_not_made_for_blocks) {
    core c{plain};
    EXPECT_EQ(c.answer("41 01 00 01 aa d1 0a 02"), packet{"61 45 00 01 aa c0 ff 'Hello CoAP'"})
        << "GET /, Block2 0/0/64";
    EXPECT_EQ(c.said(ask(code::get).non().with(block2_number, "02")), "2.05 ct=0: Hello CoAP") << "no silence either";
    EXPECT_EQ(c.said(ask(code::get).with(block2_number)), "2.05 ct=0: Hello CoAP") << "16 bytes, by an empty value";
    EXPECT_EQ(c.said(ask(code::get).with(block2_number, "00 00 06")), "2.05 ct=0: Hello CoAP") << "with leading zeros";
    EXPECT_EQ(c.said(ask(code::put, "put").with(block2_number, "06").payload("xy")), "2.04");
    EXPECT_EQ(c.said(ask(code::post, "post").with(block2_number, "00")), "2.04");
    EXPECT_EQ(c.said(ask(code::get, "missing").with(block2_number, "02")), "4.04");
}

TEST(blocks, have_no_second_one_where_the_site_has_none) {
    core c{plain};
    for (const char* const value : {"10", "12", "01 00", "07", "0a"}) {
        EXPECT_EQ(c.said(ask(code::get, "long").with(block2_number, value)), "4.00") << value;
        EXPECT_EQ(c.said(ask(code::get, "long").non().with(block2_number, value)), "4.00") << value;
        EXPECT_EQ(c.said(ask(code::post, "post").with(block2_number, value)), "4.00") << value;
    }
}

TEST(blocks, are_cut_out_of_a_text_where_the_site_has_blocks) {
    core c{mixed};
    EXPECT_EQ(c.answer(ask(code::get, "long").with(block2_number, "00")),
              packet{"60 45 12 34 c0 b1 08 ff '0123456789abcdef'"})
        << "Block2 0/1/16";
    EXPECT_EQ(c.answer(ask(code::get, "long").with(block2_number, "10")),
              packet{"60 45 12 34 c0 b1 18 ff 'ghijklmnopqrstuv'"});
    EXPECT_EQ(c.answer(ask(code::get, "long").with(block2_number, "20")), packet{"60 45 12 34 c0 b1 20 ff 'wxyzABCD'"});
    EXPECT_EQ(c.said(ask(code::get, "long").with(block2_number, "30")), "4.00") << "past the end";
    EXPECT_EQ(c.said(ask(code::get, "long").with(block2_number, "07")), "4.00") << "the reserved size";
    EXPECT_EQ(c.said(ask(code::get, "long").with(block2_number, "11")), "2.05 ct=0: " + text_of(letters, 32, 8));
    EXPECT_EQ(c.said(ask(code::get, "").with(block2_number, "02")), "2.05 ct=0: Hello CoAP");
    EXPECT_EQ(c.said(ask(code::get, "").with(block2_number, "12")), "4.00") << "there is one block";
    EXPECT_EQ(c.said(ask(code::get, "empty").with(block2_number, "02")), "2.05 ct=0");
    EXPECT_EQ(c.said(ask(code::get, "empty").with(block2_number, "12")), "4.00");
}

TEST(blocks, are_cut_out_of_what_a_function_writes_behind_its_options) {
    core c{mixed};
    EXPECT_EQ(c.answer(ask(code::get, "written").with(block2_number, "10")),
              packet{"60 45 12 34 c0 21 1e 91 18 ff 'ghijklmnopqrstuv'"})
        << "Max-Age 30";
    EXPECT_EQ(c.answer(ask(code::fetch, "fetch").with(block2_number, "10")),
              packet{"60 45 12 34 c0 b1 18 ff 'ghijklmnopqrstuv'"});
}

TEST(blocks, of_every_size_make_up_the_whole) {
    core c{mixed};
    for (unsigned exponent = 0; exponent <= 6; ++exponent) {
        std::string whole;
        for (unsigned number = 0; number * (16U << exponent) < letters.size(); ++number) {
            packet value;
            value.append(static_cast<byte>(number << 4 | exponent));
            const packet sent = c.answer(ask(code::get, "long").with(block2_number, value));
            const auto block = message::view::parse(sent.view());
            ASSERT_TRUE(block);
            whole += as_text(block->payload());
            const auto told = block->options().find(option::block2);
            ASSERT_TRUE(told);
            EXPECT_EQ((told->uint() & 8) != 0, whole.size() < letters.size());
        }
        EXPECT_EQ(whole, letters) << exponent;
    }
}

// A POST is carried out for each request, so a request for a second block would carry it out again.
TEST(blocks, are_not_cut_out_of_what_must_not_be_asked_twice) {
    core c{mixed};
    EXPECT_EQ(c.said(ask(code::post, "post").with(block2_number, "00")), "2.05 ct=0: " + std::string{letters});
    EXPECT_EQ(c.said(ask(code::post, "post").with(block2_number, "10")), "4.00");
    EXPECT_EQ(c.said(ask(code::put, "put").with(block2_number, "10")), "4.00");
}

TEST(blocks, are_left_alone_where_a_resource_deals_with_them_or_fails) {
    core c{mixed};
    EXPECT_EQ(c.said(ask(code::get, "document").with(block2_number, "10")), "2.05 ct=0: " + text_of(letters, 16, 16));
    EXPECT_EQ(c.said(ask(code::get, "error").with(block2_number, "00")), "4.09: " + std::string{letters});
    EXPECT_EQ(c.said(ask(code::get, "missing").with(block2_number, "10")), "4.04");
}

// The response is 5 bytes of header and format, the marker, 40 of text; a Block2 takes two more.
TEST(blocks, are_not_cut_where_their_option_does_not_fit) {
    core whole{mixed, 46};
    EXPECT_EQ(whole.said(ask(code::get, "long")), "2.05 ct=0: " + std::string{letters});
    EXPECT_EQ(whole.said(ask(code::get, "long").with(block2_number, "00")), "2.05 ct=0: " + text_of(letters, 0, 16));
    EXPECT_EQ(whole.said(ask(code::get, "long").with(block2_number, "02")), "2.05 ct=0: " + std::string{letters})
        << "it is the first one and the last, and says so without the option";
}

// ---- A body in one block (RFC 7959 §2.3, §2.5)

TEST(blocks, serve_a_whole_body_in_one_block) {
    core c{plain};
    EXPECT_EQ(c.said(ask(code::put, "put").with(block1_number, "02").payload("hi")), "2.04") << "Block1 0/0/64";
    EXPECT_EQ(c.said(ask(code::put, "put").non().with(block1_number).payload("hi")), "2.04");
    core d{mixed};
    EXPECT_EQ(d.answer(ask(code::put, "put").with(block1_number, "02").payload("hi")), packet{"60 44 12 34 d1 0e 02"})
        << "and tell so, where the site has blocks";
    EXPECT_EQ(d.answer(ask(code::put, "put").with(block1_number).payload("hi")), packet{"60 44 12 34 d0 0e"});
    EXPECT_EQ(d.said(ask(code::put, "missing").with(block1_number, "02").payload("hi")), "4.04");
}

TEST(blocks, never_serve_half_a_body) {
    for (const char* const value : {"08", "0a", "10", "18", "01 00", "07", "0f"}) {
        core c{plain};
        EXPECT_EQ(c.said(ask(code::put, "put").with(block1_number, value).payload("hi")), "4.02") << value;
        EXPECT_EQ(c.said(ask(code::put, "put").non().with(block1_number, value).payload("hi")), "silence") << value;
        core d{mixed};
        EXPECT_EQ(d.said(ask(code::put, "put").with(block1_number, value).payload("hi")), "4.02") << value;
    }
}

// ---- Another site within a site

TEST(blocks, are_known_to_the_outer_site_if_the_inner_one_has_them) {
    constexpr auto inner = routes(at<"document">(document(letters)), at<"text">(text(letters)));
    constexpr auto outer = routes(at<"text">(text(letters)), below<"in">(inner));
    core c{outer};
    EXPECT_EQ(c.said(ask(code::get, "text").with(block2_number, "20")), "2.05 ct=0: wxyzABCD");
    EXPECT_EQ(c.said(ask(code::get, "in/text").with(block2_number, "20")), "2.05 ct=0: wxyzABCD");
    EXPECT_EQ(c.said(ask(code::get, "in/document").with(block2_number, "20")), "2.05 ct=0: wxyzABCD");

    constexpr auto plain_inner = routes(at<"text">(text(letters)));
    constexpr auto with_blocks = routes(at<"document">(document(letters)), below<"in">(plain_inner));
    core d{with_blocks};
    EXPECT_EQ(d.said(ask(code::get, "in/text").with(block2_number, "00")), "2.05 ct=0: " + text_of(letters, 0, 16));
    EXPECT_EQ(d.said(ask(code::get, "in/text").with(block2_number, "10")), "2.05 ct=0: " + text_of(letters, 16, 16));
}

TEST(blocks, are_a_handlers_own_matter_if_it_is_given_every_option) {
    const auto handler = [](const request& r) -> reply {
        return in_blocks(r, generated_body{[](body_writer& to) { to.put(letters); }});
    };
    core c{handler};
    EXPECT_EQ(c.said(ask(code::get).with(block2_number, "20")), "2.05 ct=0: wxyzABCD");
    const auto site = routes(at<"h">(forward(handler)), at<"text">(text(letters)));
    core d{site};
    EXPECT_EQ(d.said(ask(code::get, "h").with(block2_number, "20")), "2.05 ct=0: wxyzABCD");
    EXPECT_EQ(d.said(ask(code::get, "text").with(block2_number, "20")), "2.05 ct=0: wxyzABCD");
}

}  // namespace
}  // namespace mincoap
