// Resources that are read in blocks (RFC 7959), and their entity-tags (RFC 7252 §5.10.6).
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "document_fixture.hpp"

namespace mincoap::document_tests {
namespace {

// RFC 7959 §2.2, §2.4: a client can read each block in each size, but no block past the end.
TEST(document, is_the_same_in_blocks_of_every_size) {
    core c{site};
    expect_every_block(c, "document", 0, body);
    expect_every_block(c, "rendered", 50, body);
    expect_every_block(c, "source", 60, body);
}

TEST(document, of_any_length_ends_with_its_last_block) {
    for (const unsigned size : {0U, 1U, 15U, 16U, 17U, 32U, 1023U, 1024U, 1025U, 2048U}) {
        const memory part{std::string{body.substr(0, size)}};
        const auto parts = routes(at<"">(get_blocks(part)));
        core c{parts};
        expect_every_block(c, "", 42, part.content);
    }
}

// RFC 7959 §2.2: 7 is reserved, and "MUST lead to a 4.00 Bad Request response code upon reception in a request".
TEST(document, has_no_block_of_the_reserved_size) {
    core c{site};
    for (const char* path : {"document", "rendered", "source", "short"})
        for (const std::uint32_t number : {0U, 1U, block::max_number})
            EXPECT_EQ(c.said(get_block(path, number, 7)), "4.00") << path << ' ' << number;
}

// RFC 7959 §2.2: M has no meaning in a request.
TEST(document, ignores_the_more_flag_of_a_request) {
    const packet asked = ask(code::get, "document").with(23, block2(1, true, 4));
    EXPECT_EQ(response{core{site}.answer(asked)}, block_of(body, 1, 4));
}

TEST(document, is_sent_as_a_whole_if_it_fits_and_no_block_is_asked_for) {
    core c{site};
    EXPECT_EQ(response{c.answer(ask(code::get, "short"))}, whole("[1]", 50));
    EXPECT_EQ(response{c.answer(get_block("short", 0, 6))}, block_of("[1]", 0, 6, 50));
    core large{site, body_size + 64};
    EXPECT_EQ(response{large.answer(ask(code::get, "document"))}, whole(body));
    EXPECT_EQ(response{large.answer(ask(code::get, "rendered"))}, whole(body, 50));
}

TEST(document, may_be_empty) {
    static const memory nothing;
    constexpr auto empty = routes(at<"document">(document("")), at<"rendered">(generated([](body_writer&) {})),
                                  at<"source">(get_blocks<content_format::text_plain>(nothing)));
    core c{empty};
    for (const char* path : {"document", "rendered", "source"}) {
        EXPECT_EQ(response{c.answer(ask(code::get, path))}, whole("")) << path;
        EXPECT_EQ(response{c.answer(get_block(path, 0, 2))}, block_of("", 0, 2)) << path;
        EXPECT_EQ(c.said(get_block(path, 1, 2)), "4.00") << path;
    }
}

TEST(document, is_text_or_bytes_that_stay) {
    static constexpr std::array<byte, 3> data{0xff, 0, 1};
    constexpr auto kinds = routes(at<"literal">(document("a\0b")), at<"bytes">(document(bytes{data})));
    core c{kinds};
    EXPECT_EQ(response{c.answer(ask(code::get, "literal"))}, whole({"a\0b", 3}));
    EXPECT_EQ(response{c.answer(ask(code::get, "bytes"))}, whole({"\xff\0\1", 3}, 42));
}

// RFC 7959 §2.4: the server may reduce the block size. It scales the block number, so the offset stays the same.
// A rest of the body that is smaller than a block is sent whole if it fits.
TEST(document, gets_smaller_blocks_in_a_smaller_buffer) {
    struct row {
        std::size_t capacity;
        std::optional<std::pair<std::uint32_t, unsigned>> asked;  // number and SZX
        std::uint32_t number;
        unsigned size_exponent;
    };
    const std::vector<row> rows{
        {1152, std::nullopt, 0, 6},      {600, std::nullopt, 0, 5},        {100, std::nullopt, 0, 2},
        {44, std::nullopt, 0, 0},        {44, std::pair{0U, 6U}, 0, 0},    {44, std::pair{1U, 6U}, 64, 0},
        {100, std::pair{2U, 6U}, 32, 2}, {100, std::pair{3U, 4U}, 12, 2},  {100, std::pair{5U, 2U}, 5, 2},
        {100, std::pair{5U, 1U}, 5, 1},  {100, std::pair{39U, 2U}, 39, 2}, {600, std::pair{2U, 6U}, 2, 6},
        {1152, std::pair{2U, 6U}, 2, 6}, {300, std::pair{4U, 5U}, 8, 4},
    };
    for (const row& r : rows) {
        ask asked(code::get, "document");
        if (r.asked) asked.with(23, block2(r.asked->first, false, r.asked->second));
        EXPECT_EQ(response{core(site, r.capacity).answer(asked)}, block_of(body, r.number, r.size_exponent))
            << "block " << r.number << " in " << r.capacity << " bytes";
    }
}

// A client that keeps the block size of the first response gets the whole body, with any buffer size, token and
// Size2.
TEST(document, arrives_through_every_buffer) {
    const std::string_view content = body.substr(0, 200);
    const memory part{std::string{content}};
    const auto parts = routes(at<"">(get_blocks(part)));
    for (std::size_t capacity = 56; capacity < 300; ++capacity) {
        core c{parts, capacity};
        std::string all;
        ask next(code::get);
        for (bool more = true; more && all.size() < content.size();) {
            const packet sent = c.answer(next.token("01 02 03 04 05 06 07 08").with(28));
            const auto message = message::view::parse(sent.view());
            ASSERT_TRUE(message && message->code() == code::content) << capacity << testing::PrintToString(sent);
            all += as_text(message->payload());
            const auto found = message->options().find(option::block2);
            const auto part_sent = found ? block::decode(found->uint()) : block{};
            ASSERT_TRUE(part_sent) << capacity;
            more = part_sent->more;
            next = get_block("", part_sent->number + 1, part_sent->size_exponent);
        }
        EXPECT_EQ(all, content) << capacity;
    }
}

TEST(document, cannot_be_sent_where_no_block_fits) {
    EXPECT_EQ(core(site, 24).said(ask(code::get, "document")), "5.00");
    EXPECT_EQ(core(site, 24).said(get_block("document", 1, 0)), "5.00");
}

// RFC 7959 §2.2: NUM has 20 bits, which limits how far a smaller block size can increase the number.
TEST(document, never_has_a_block_number_of_more_than_20_bits) {
    struct large {
        body_info measure() const { return {0x4000'0000, {}}; }
        bool read(std::uint32_t, mutable_bytes to) const { return std::fill(to.begin(), to.end(), 'x'), true; }
    };
    static constexpr large all;
    constexpr auto huge = routes(at<"">(get_blocks(all)));
    core c{huge, 44};
    for (const std::uint32_t number : {0x3fffU, 0x4000U, block::max_number}) {
        const packet sent = c.answer(get_block("", number, 6));
        const auto message = message::view::parse(sent.view());
        ASSERT_TRUE(message);
        EXPECT_EQ(message->options().find(option::block2).has_value(), number == 0x3fff)
            << number << ": " << testing::PrintToString(sent);
        EXPECT_EQ(message->code() == code::content, number == 0x3fff) << number;
    }
}

// RFC 7959 §4: a Size2 option in a request asks for the size in the response.
TEST(document, tells_its_size_if_asked) {
    core c{site};
    const packet tag = tag_of(body);
    EXPECT_EQ(response{c.answer(get_block("document", 1, 2).with(28))},
              (response{code::content,
                        {{4, tag}, {12, {}}, {23, block2(1, true, 2)}, {28, uint(body_size)}},
                        body.substr(64, 64)}));
    EXPECT_EQ(response{c.answer(ask(code::get, "document").with(28))},
              (response{code::content,
                        {{4, tag}, {12, {}}, {23, block2(0, true, 6)}, {28, uint(body_size)}},
                        body.substr(0, 1024)}));
    EXPECT_EQ(response{c.answer(ask(code::get, "short").with(28))},
              (response{code::content, {{4, tag_of("[1]")}, {12, uint(50)}, {28, uint(3)}}, "[1]"}));
}

// RFC 7252 §5.4.3: the server ignores an elective option of an invalid length.
TEST(document, does_not_look_at_a_size2_that_is_too_long) {
    EXPECT_EQ(response{core{site}.answer(ask(code::get, "short").with(28, "00 00 00 00 00"))}, whole("[1]", 50));
}

// RFC 7252 §5.10.6.2: 2.03 with the ETag and without a payload, if the request names the current ETag.
TEST(document, is_still_valid_for_who_has_it) {
    const packet tag = tag_of("[1]");
    packet wrong = tag;
    wrong[3] ^= 1;
    const response valid{code::valid, {{4, tag}}, ""};
    const response sent = whole("[1]", 50);
    struct row {
        std::vector<packet> tags;
        response expected;
    };
    const std::vector<row> rows{{{}, sent},
                                {{tag}, valid},
                                {{wrong}, sent},
                                {{wrong, tag}, valid},
                                {{tag, wrong}, valid},
                                {{wrong, tag, "01"}, valid},
                                {{wrong, "01", "01 02 03 04 05 06 07 08"}, sent},
                                {{packet{"00"} + tag}, sent},
                                {{tag + "00"}, sent},
                                {{packet{bytes{tag}.first(3)}}, sent},
                                {{""}, sent}};
    core c{site};
    for (const row& r : rows) {
        ask asked(code::get, "short");
        for (const packet& t : r.tags) asked.with(4, t);
        EXPECT_EQ(response{c.answer(asked)}, r.expected) << testing::PrintToString(r.tags);
    }
    for (const char* path : {"document", "rendered", "source"}) {
        const response still{code::valid, {{4, tag_of(body)}}, ""};
        EXPECT_EQ(response{c.answer(ask(code::get, path).with(4, tag_of(body)).with(28))}, still) << path;
        EXPECT_EQ(response{c.answer(get_block(path, 1, 2).with(4, tag_of(body)))}, still) << path;
    }
}

// RFC 7959 §2.4: the ETag tells a client that all blocks belong to the same representation.
TEST(document, has_another_etag_once_it_changes) {
    memory changing{std::string{body.substr(0, 100)}};
    const auto parts = routes(at<"source">(get_blocks(changing)),
                              at<"rendered">(generated([&](body_writer& to) { to.put(changing.content); })));
    core c{parts};
    const packet before = tag_of(changing.content);
    for (const char last : {'a', 'b'}) {
        changing.content.back() = last;  // outside of the requested block
        ASSERT_NE(tag_of(changing.content), before);
        EXPECT_EQ(response{c.answer(get_block("source", 1, 1))}, block_of(changing.content, 1, 1, 42));
        EXPECT_EQ(response{c.answer(get_block("rendered", 1, 1))}, block_of(changing.content, 1, 1));
        EXPECT_EQ(response{c.answer(ask(code::get, "rendered").with(4, before))}, whole(changing.content));
    }
}

TEST(document, is_not_sent_if_it_cannot_be_read) {
    memory broken{"something", false};
    const auto parts = routes(at<"source">(get_blocks(broken)));
    core c{parts};
    EXPECT_EQ(c.said(ask(code::get, "source")), "5.00");
    broken.readable = true;
    EXPECT_EQ(c.said(ask(code::get, "source")), "2.05 ct=42: something");
}

TEST(document, is_read_by_two_clients_at_once) {
    core c{site};
    std::string first;
    std::string second;
    for (std::uint32_t n = 0; n * 64 < body_size; ++n) {
        const auto read = [&](const char* path, unsigned size_exponent, unsigned last_octet) {
            net::arrival about = test::unicast();
            about.route.remote = net::ipv4(192, 0, 2, static_cast<byte>(last_octet), 40000);
            return response{c.answer(get_block(path, n, size_exponent), about)}.payload;
        };
        first += read("rendered", 2, 10);
        if (n * 128 < body_size) second += read("rendered", 3, 11);
    }
    EXPECT_EQ(first, body);
    EXPECT_EQ(second, body);
}

// RFC 7252 §5.4.1, §5.4.3, §5.4.5: an option that is repeated, too long or undefined for GET counts as unrecognized.
TEST(document, takes_one_block2_and_no_other_critical_option) {
    core c{site};
    EXPECT_EQ(c.said(get_block("document", 0, 2).with(23, block2(0, false, 2))), "4.02");
    EXPECT_EQ(c.said(ask(code::get, "document").with(23, "00 00 00 02")), "4.02");
    EXPECT_EQ(c.said(ask(code::get, "document").with(27, "0a")), "4.02");
    EXPECT_EQ(c.said(ask(code::get, "document").query("a")), "4.02");
    EXPECT_EQ(response{c.answer(ask(code::get, "document").with(23, "00 00 12"))}, block_of(body, 1, 2));
}

// RFC 7252 §5.10.4: 4.06 instead of 2.03, if the client does not accept the format.
TEST(document, has_one_format) {
    core c{site};
    EXPECT_EQ(response{c.answer(get_block("document", 1, 2).accept(0))}, block_of(body, 1, 2));
    EXPECT_EQ(c.said(get_block("document", 1, 2).accept(50)), "4.06");
    EXPECT_EQ(c.said(ask(code::get, "short").accept(0)), "4.06");
    EXPECT_EQ(c.said(ask(code::get, "short").accept(0).with(4, tag_of("[1]"))), "4.06");
    EXPECT_EQ(response{c.answer(ask(code::get, "short").accept(50))}, whole("[1]", 50));
}

// RFC 7252 §5.10.5, §5.9.1.3: both 2.05 and 2.03 carry Max-Age.
TEST(document, tells_how_long_it_may_be_cached) {
    constexpr auto lasting = routes(at<"document">(document(body).max_age<3600>()).title("D"),
                                    at<"rendered">(generated(write_body).max_age<3600>()),
                                    at<"source">(get_blocks<content_format::text_plain>(source).max_age<3600>()),
                                    at<"usual">(document(body).max_age<60>()));
    core c{lasting};
    const packet tag = tag_of(body);
    const packet hour{"0e 10"};
    const auto block_with_hour = [&](std::uint32_t number, unsigned exponent) {
        return response{code::content,
                        {{4, tag}, {12, {}}, {14, hour}, {23, block2(number, true, exponent)}},
                        body.substr(number * (16U << exponent), 16U << exponent)};
    };
    for (const char* path : {"document", "rendered", "source"}) {
        EXPECT_EQ(response{c.answer(get_block(path, 3, 4))}, block_with_hour(3, 4)) << path;
        const response valid{code::valid, {{4, tag}, {14, hour}}, ""};
        EXPECT_EQ(response{c.answer(ask(code::get, path).with(4, tag))}, valid) << path;
        core large{lasting, body_size + 64};
        const response all{code::content, {{4, tag}, {12, {}}, {14, hour}}, body};
        EXPECT_EQ(response{large.answer(ask(code::get, path))}, all) << path;
        for (std::size_t capacity = 40; capacity < 60; ++capacity) {
            const response small{core{lasting, capacity}.answer(ask(code::get, path))};
            EXPECT_EQ(small, block_with_hour(0, small.payload.size() == 32 ? 1 : 0)) << path << capacity;
        }
    }
    EXPECT_EQ(response{c.answer(get_block("usual", 3, 4))}, block_of(body, 3, 4));
}

}  // namespace
}  // namespace mincoap::document_tests
