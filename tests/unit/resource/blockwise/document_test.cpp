// Representations in blocks (RFC 7959), and their entity-tags (RFC 7252 §5.10.6).
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "../../../support/exchange.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::core;
using test::encoded_option;
using test::packet;
using test::text_packet;

// No two blocks of it are equal.
constexpr std::size_t body_size = 2500;
constexpr auto body_characters = [] {
    std::array<char, body_size> all{};
    std::uint32_t state = 1;
    for (char& c : all) {
        state = state * 1'664'525 + 1'013'904'223;
        c = static_cast<char>(state >> 24);
    }
    return all;
}();
constexpr std::string_view body{body_characters.data(), body_size};

// A uint, by code that shares nothing with the library (RFC 7252 §3.2).
packet uint(std::uint64_t number) {
    packet value;
    for (int shift = 56; shift >= 0; shift -= 8)
        if (number >> shift != 0) value.append(static_cast<byte>(number >> shift & 0xff));
    return value;
}

// FNV-1a in 32 bits, the same way.
packet tag_of(std::string_view content) {
    std::uint64_t hash = 2'166'136'261;
    for (const char c : content) hash = (hash ^ static_cast<byte>(c)) * 16'777'619 % 0x1'0000'0000;
    return uint(hash);
}

packet block2(std::uint32_t number, bool more, unsigned size_exponent) {
    return uint(std::uint64_t{number} * 16 + (more ? 8 : 0) + size_exponent);
}

using option_list = std::vector<std::pair<unsigned, packet>>;
packet encoded(const option_list& options) {
    packet all;
    unsigned last = 0;
    for (const auto& [number, value] : options) {
        all = all + encoded_option(number - last, value);
        last = number;
    }
    return all;
}

struct response {
    code answer = code::empty;
    packet options;  // as they are encoded
    std::string payload;

    response(code c, const option_list& o, std::string_view p) : answer(c), options(encoded(o)), payload(p) {}
    explicit response(const packet& datagram) {
        const auto message = message::view::parse(datagram.view());
        if (!message) return;
        answer = message->code();
        payload = as_text(message->payload());
        const std::size_t behind = payload.empty() ? 0 : payload.size() + 1;
        const std::size_t begin = message::header_size + message->token().size();
        options = packet{datagram.view().subspan(begin, datagram.size() - behind - begin)};
    }

    friend bool operator==(const response&, const response&) = default;
    friend void PrintTo(const response& r, std::ostream* out) {
        *out << "code " << static_cast<unsigned>(r.answer) << ", options " << testing::PrintToString(r.options) << ", "
             << r.payload.size() << " bytes";
    }
};

// 2.05 with all of the content; with the block of it, as it is to be.
response whole(std::string_view content, unsigned format = 0) {
    return {code::content, {{4, tag_of(content)}, {12, uint(format)}}, content};
}
response block_of(std::string_view content, std::uint32_t number, unsigned size_exponent, unsigned format = 0) {
    const std::size_t size = 16U << size_exponent;
    const std::string_view rest = content.substr(number * size);
    return {code::content,
            {{4, tag_of(content)}, {12, uint(format)}, {23, block2(number, rest.size() > size, size_exponent)}},
            rest.substr(0, size)};
}

ask get_block(std::string_view path, std::uint32_t number, unsigned size_exponent) {
    return ask(code::get, path).with(23, block2(number, false, size_exponent));
}

// A representation that can change, and break.
struct memory {
    std::string content;
    bool readable = true;

    body_info measure() const { return {static_cast<std::uint32_t>(content.size()), etag{std::string_view{content}}}; }
    bool read(std::uint32_t offset, mutable_bytes to) const {
        EXPECT_LE(offset + to.size(), content.size()) << "read behind the end";
        if (readable) content.copy(reinterpret_cast<char*>(to.data()), to.size(), offset);
        return readable;
    }
};
static_assert(block_source<memory>);

// In odd pieces.
void write_body(body_writer& to) {
    for (std::size_t at = 0; at < body.size(); at += 37) to.put(body.substr(at, 37));
}

void expect_every_block(auto& c, std::string_view path, unsigned format, std::string_view content) {
    for (unsigned size_exponent = 0; size_exponent <= 6; ++size_exponent) {
        const std::size_t size = 16U << size_exponent;
        const auto count = static_cast<std::uint32_t>(content.empty() ? 1 : (content.size() + size - 1) / size);
        std::string all;
        for (std::uint32_t n = 0; n < count; ++n) {
            const response r{c.answer(get_block(path, n, size_exponent))};
            EXPECT_EQ(r, block_of(content, n, size_exponent, format)) << path << ' ' << n << '/' << size_exponent;
            all += r.payload;
        }
        EXPECT_EQ(all, content) << path << " in blocks of " << size;
        for (const std::uint32_t behind : {count, count + 1, block::max_number})
            EXPECT_EQ(c.said(get_block(path, behind, size_exponent)), "4.00") << path << ' ' << behind;
    }
}

const memory source{std::string{body}};
constexpr auto site =
    routes(at<"document">(document(body)), at<"rendered">(generated<content_format::json>(write_body)),
           at<"source">(get_blocks<content_format::cbor>(source)), at<"short">(document<content_format::json>("[1]")));

// RFC 7959 §2.2, §2.4: any block in any size, and none past the end.
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

// RFC 7959 §2.4: the server may answer with smaller blocks; the number goes with the size, so that the offset
// stays. The rest of a body that is less than a block is sent as it is, if it fits.
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

// A client that goes on in the size it was given gets everything, whatever the buffer, the token and Size2.
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

// RFC 7959 §2.2: NUM has 20 bits, which limits how far a number can grow when its block gets smaller.
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

// RFC 7959 §4: Size2 in a request asks for the size in the response.
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

// RFC 7252 §5.4.3: an elective option of a forbidden length is ignored.
TEST(document, does_not_look_at_a_size2_that_is_too_long) {
    EXPECT_EQ(response{core{site}.answer(ask(code::get, "short").with(28, "00 00 00 00 00"))}, whole("[1]", 50));
}

// RFC 7252 §5.10.6.2: 2.03 with the ETag, and no payload, if the client names the current one among those it has.
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

// RFC 7959 §2.4: by the ETag a client sees that the blocks are all of the same representation.
TEST(document, has_another_etag_once_it_changes) {
    memory changing{std::string{body.substr(0, 100)}};
    const auto parts = routes(at<"source">(get_blocks(changing)),
                              at<"rendered">(generated([&](body_writer& to) { to.put(changing.content); })));
    core c{parts};
    const packet before = tag_of(changing.content);
    for (const char last : {'a', 'b'}) {
        changing.content.back() = last;  // none of the block that is asked for
        ASSERT_NE(tag_of(changing.content), before);
        EXPECT_EQ(response{c.answer(get_block("source", 1, 1))}, block_of(changing.content, 1, 1, 42));
        EXPECT_EQ(response{c.answer(get_block("rendered", 1, 1))}, block_of(changing.content, 1, 1));
        EXPECT_EQ(response{c.answer(ask(code::get, "rendered").with(4, before))}, whole(changing.content));
    }
}

// The function writes another text each time. It is called once for an answer, which has the ETag and the length of it.
TEST(document, that_changes_between_two_blocks_is_each_time_what_it_is_now) {
    std::vector<std::string> contents;
    std::size_t calls = 0;
    const auto parts =
        routes(at<"rendered">(generated([&](body_writer& to) { to.put(contents[calls++ % contents.size()]); })));
    core c{parts};
    const std::string long_one{body.substr(0, 600)};
    contents = {"9.9", "1000.0", "", long_one};
    for (const std::string& now : contents)
        EXPECT_EQ(response{c.answer(ask(code::get, "rendered"))}, whole(now)) << now;
    EXPECT_EQ(calls, contents.size());
    contents = {std::string{body.substr(600, 600)}, long_one, "9.9"};
    calls = 0;
    EXPECT_EQ(response{c.answer(get_block("rendered", 3, 3))}, block_of(contents[0], 3, 3));
    EXPECT_EQ(response{c.answer(get_block("rendered", 3, 3))}, block_of(contents[1], 3, 3));
    EXPECT_EQ(c.said(get_block("rendered", 3, 3)), "4.00") << "that block is gone";
    contents = {"9.9", "1000.0"};
    calls = 0;
    EXPECT_EQ(c.answer(ask(code::get, "rendered").with(4, tag_of("9.9"))).view()[1], static_cast<byte>(code::valid));
    EXPECT_EQ(response{c.answer(ask(code::get, "rendered").with(4, tag_of("9.9")))}, whole("1000.0"));
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

// RFC 7252 §5.4.1, §5.4.3, §5.4.5: an option that is repeated, too long or of no meaning for a GET is an unrecognised
// one.
TEST(document, takes_one_block2_and_no_other_critical_option) {
    core c{site};
    EXPECT_EQ(c.said(get_block("document", 0, 2).with(23, block2(0, false, 2))), "4.02");
    EXPECT_EQ(c.said(ask(code::get, "document").with(23, "00 00 00 02")), "4.02");
    EXPECT_EQ(c.said(ask(code::get, "document").with(27, "0a")), "4.02");
    EXPECT_EQ(c.said(ask(code::get, "document").query("a")), "4.02");
    EXPECT_EQ(response{c.answer(ask(code::get, "document").with(23, "00 00 12"))}, block_of(body, 1, 2));
}

// RFC 7252 §5.10.4: 4.06, and no 2.03 for what the client does not accept.
TEST(document, has_one_format) {
    core c{site};
    EXPECT_EQ(response{c.answer(get_block("document", 1, 2).accept(0))}, block_of(body, 1, 2));
    EXPECT_EQ(c.said(get_block("document", 1, 2).accept(50)), "4.06");
    EXPECT_EQ(c.said(ask(code::get, "short").accept(0)), "4.06");
    EXPECT_EQ(c.said(ask(code::get, "short").accept(0).with(4, tag_of("[1]"))), "4.06");
    EXPECT_EQ(response{c.answer(ask(code::get, "short").accept(50))}, whole("[1]", 50));
}

// RFC 7252 §5.10.5, and §5.9.1.3 of 2.03: each tells how long it may be cached.
TEST(document, tells_how_long_it_may_be_cached) {
    constexpr auto lasting = routes(at<"document">(document(body).max_age<3600>().title("D")),
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

// RFC 7252 §5.9.1.3, RFC 8132 §2.1: 2.03 answers a GET or a FETCH.
TEST(in_blocks, answers_any_method) {
    static constexpr std::string_view result = body.substr(0, 100);
    constexpr auto serve = [](const request& r) {
        const generated_body what{[](body_writer& to) { to.put(result); }};
        return in_blocks<content_format::json>(r, what, r.method() == code::post ? code::changed : code::content);
    };
    constexpr auto methods =
        routes(at<"">(get(serve).accepts_option<option::block2>(), fetch(serve).accepts_option<option::block2>(),
                      post(serve).accepts_option<option::block2>()));
    core c{methods};
    for (const code method : {code::get, code::fetch, code::post}) {
        const bool is_post = method == code::post;
        response all = whole(result, 50);
        response part = block_of(result, 1, 2, 50);
        if (is_post) all.answer = part.answer = code::changed;
        const packet tag = tag_of(result);
        const response valid{code::valid, {{4, tag}}, ""};
        EXPECT_EQ(response{c.answer(ask(method))}, all);
        EXPECT_EQ(response{c.answer(ask(method).with(23, block2(1, false, 2)))}, part);
        EXPECT_EQ(response{c.answer(ask(method).with(4, tag))}, is_post ? all : valid);
        EXPECT_EQ(response{c.answer(ask(method).with(4, tag).with(23, block2(1, false, 2)))}, is_post ? part : valid);
        EXPECT_EQ(c.said(ask(method).with(23, block2(2, false, 2))), "4.00");
    }
}

// ---- What the client has already

// RFC 7252 §5.9.1.3: the ETag of a 2.03 is the one that the request named.
TEST(document, is_rendered_once_for_who_has_it) {
    int calls = 0;
    const auto parts =
        routes(at<"rendered">(generated([&](body_writer& to) { to.put(calls++ == 0 ? "before" : "and after it"); })));
    core c{parts};
    const response valid{code::valid, {{4, tag_of("before")}}, ""};
    EXPECT_EQ(response{c.answer(ask(code::get, "rendered").with(4, tag_of("before")))}, valid);
    EXPECT_EQ(calls, 1);
}

// ---- Versions

// The ETag of a version: FNV-1a of its bytes, the lowest first.
packet version_tag(std::uint64_t version, unsigned size) {
    std::string all;
    for (unsigned i = 0; i < size; ++i) all += static_cast<char>(version >> 8 * i & 0xff);
    return tag_of(all);
}

response tagged(response r, const packet& tag) {
    const packet old{bytes{r.options.view()}.subspan(1, r.options[0] & 15)};
    r.options = encoded({{4, tag}}) + packet{r.options.view().subspan(1 + old.size())};
    return r;
}

TEST(document, of_a_version_is_the_same_in_blocks_of_every_size) {
    static std::uint32_t version = 7;
    constexpr auto versioned = routes(at<"rendered">(generated(write_body).version(version)));
    core c{versioned};
    const packet tag = version_tag(7, 4);
    for (unsigned exponent = 0; exponent <= 6; ++exponent) {
        const auto count = static_cast<std::uint32_t>((body_size + (16U << exponent) - 1) >> (4 + exponent));
        for (std::uint32_t n = 0; n < count; ++n)
            EXPECT_EQ(response{c.answer(get_block("rendered", n, exponent))}, tagged(block_of(body, n, exponent), tag));
        EXPECT_EQ(c.said(get_block("rendered", count, exponent)), "4.00");
    }
    EXPECT_EQ(c.said(get_block("rendered", 0, 7)), "4.00");
    core large{versioned, body_size + 64};
    EXPECT_EQ(response{large.answer(ask(code::get, "rendered"))}, tagged(whole(body), tag));
    EXPECT_EQ(response{c.answer(ask(code::get, "rendered").with(4, tag))}, (response{code::valid, {{4, tag}}, ""}));
    EXPECT_EQ(response{c.answer(get_block("rendered", 1, 2).with(28))},
              (response{code::content,
                        {{4, tag}, {12, {}}, {23, block2(1, true, 2)}, {28, uint(body_size)}},
                        body.substr(64, 64)}));
}

TEST(document, has_another_etag_with_each_version) {
    std::string content = "one";
    std::uint64_t version = 1;
    const auto write = [&](body_writer& to) { to.put(content); };
    const auto versioned =
        routes(at<"variable">(generated<content_format::json>(write).version(version).max_age<3600>().title("V")),
               at<"function">(generated(write).max_age<3600>().version([&] { return static_cast<byte>(version); })));
    core c{versioned};
    const packet hour{"0e 10"};
    for (version = 1; version < 600; version += 97) {
        content = std::to_string(version);
        EXPECT_EQ(response{c.answer(ask(code::get, "variable"))},
                  (response{code::content, {{4, version_tag(version, 8)}, {12, uint(50)}, {14, hour}}, content}));
        EXPECT_EQ(response{c.answer(ask(code::get, "function"))},
                  (response{code::content, {{4, version_tag(version, 1)}, {12, {}}, {14, hour}}, content}));
    }
    const packet before = version_tag(version, 8);
    EXPECT_EQ(c.said(ask(code::get, "variable").with(4, before)), "2.03");
    ++version;
    EXPECT_EQ(c.said(ask(code::get, "variable").with(4, before)), "2.05 ct=50: " + content);
}

// Only the version counts: that it changes with the body is the caller's to see to.
TEST(generated_body, with_a_version_is_not_hashed) {
    const auto write = [](body_writer& to) { to.put(body.substr(0, 100)); };
    const generated_body plain{write};
    const generated_body versioned{write, [] { return std::uint16_t{258}; }};
    EXPECT_EQ(plain.measure().tag, etag{body.substr(0, 100)});
    EXPECT_EQ(versioned.measure().tag, (etag{bytes{std::array<byte, 2>{2, 1}}}));
    EXPECT_EQ(versioned.measure().size, 100U);
    static_assert(generating_source<decltype(versioned)>);
}

// ---- What is rendered over the request

// A body that is rendered does not reach the ETags that it is compared to, wherever they are.
TEST(document, that_is_rendered_leaves_the_etags_of_the_request) {
    core c{site, 200};
    for (const std::size_t host : {1U, 12U, 13U, 60U, 90U, 120U}) {
        ask asked(code::get, "rendered");
        asked.with(3, text_packet(std::string(host, 'h'))).with(4, "01").with(4, tag_of(body));
        EXPECT_EQ(response{c.answer(asked)}, (response{code::valid, {{4, tag_of(body)}}, ""})) << host;
        ask other(code::get, "rendered");
        other.with(3, text_packet(std::string(host, 'h'))).with(4, "01").with(23, block2(2, false, 1));
        EXPECT_EQ(response{c.answer(other)}, block_of(body, 2, 1, 50)) << host;
    }
}

struct limits {
    static std::size_t receive(exchange& x, auto next) { return x.limit_to(40), next(x); }
};

// A layer leaves less room for the response than the request takes, and the ETags lie behind that.
TEST(document, that_is_rendered_stays_in_the_room_that_a_layer_leaves) {
    core c{site, 200, limits{}};
    const auto asked = [] { return ask(code::get, "rendered").with(3, text_packet(std::string(60, 'h'))); };
    EXPECT_EQ(response{c.answer(asked())}, block_of(body, 0, 0, 50));
    EXPECT_EQ(response{c.answer(asked().with(4, tag_of(body)))}, (response{code::valid, {{4, tag_of(body)}}, ""}));
    EXPECT_EQ(c.said(asked().with(4, "01")), "5.00") << "no room for a block behind the tag";
}

// Checked builds overwrite the request before: a function that reads it meanwhile finds that at once.
TEST(generated_body, that_reads_the_request_is_caught_in_checked_builds) {
    const auto echo = [](const request& r) {
        const bytes read = r.payload();
        return in_blocks(r, generated_body{[read](body_writer& to) { to.put(as_text(read).substr(0, 2)); }});
    };
    core c{echo};
    if constexpr (checked_build) {
        EXPECT_EQ(c.said(ask(code::post).payload("payload")), "2.05 ct=0: \xa5\xa5");
    }
}

// ---- All kinds against each other

// A body in pieces of random sizes, by every overload.
void write_in_pieces(body_writer& to, std::string_view all, std::uint32_t seed) {
    while (!all.empty()) {
        seed = seed * 1'664'525 + 1'013'904'223;
        const std::size_t size = std::min<std::size_t>(all.size(), seed >> 24 & (seed & 0x100'0000 ? 0x3f : 3));
        const std::string_view part = all.substr(0, size);
        if (size == 1) to.put(static_cast<byte>(part[0]));
        else if ((seed & 0x200'0000) != 0) to.put(part);
        else to.put(bytes{reinterpret_cast<const byte*>(part.data()), part.size()});
        all.remove_prefix(size);
    }
}

// Checks the payload by the Block2 option that comes with it.
void expect_part_of(const packet& sent, std::string_view content) {
    const auto message = message::view::parse(sent.view());
    ASSERT_TRUE(message && message->code() == code::content) << testing::PrintToString(sent);
    const auto found = message->options().find(option::block2);
    const block part = found ? block::decode(found->uint()).value() : block{};
    const std::size_t size = found && part.more ? part.size() : content.size() - part.offset();
    EXPECT_EQ(as_text(message->payload()), content.substr(part.offset(), size));
}

TEST(document, of_any_kind_has_the_same_blocks) {
    memory memory;
    std::uint32_t seed = 4711;
    const auto random = [&seed](std::uint64_t below) {
        seed = seed * 1'664'525 + 1'013'904'223;
        return static_cast<std::uint32_t>(seed * below >> 32);
    };
    std::uint32_t version = 0;
    const auto write = [&](body_writer& to) { write_in_pieces(to, memory.content, seed); };
    const auto kinds = routes(at<"source">(get_blocks<content_format::text_plain>(memory)),
                              at<"rendered">(generated(write)), at<"versioned">(generated(write).version(version)));
    unsigned sent = 0;
    for (; version < 1000; ++version) {
        memory.content = body.substr(random(1000), random(random(4) == 0 ? 20 : 1500));
        core c{kinds, 64 + random(1200)};
        const unsigned exponent = random(7);
        const std::uint32_t number = random((memory.content.size() >> (4 + exponent)) + 2);
        const bool in_blocks = random(8) != 0;
        const bool with_size = random(4) == 0;
        const bool with_token = random(4) == 0;
        const bool with_tag = random(4) == 0;
        const auto answer = [&](const char* path, const packet& tag) {
            ask asked(code::get, path);
            if (in_blocks) asked.with(23, block2(number, false, exponent));
            if (with_size) asked.with(28);
            if (with_token) asked.token("01 02 03 04 05 06 07 08");
            if (with_tag) asked.with(4, "aa bb cc dd").with(4, tag).with(4, "01 02 03 04 05 06 07 08");
            return c.answer(asked);
        };
        const packet read = answer("source", tag_of(memory.content));
        EXPECT_EQ(answer("rendered", tag_of(memory.content)), read) << version;
        const packet tag = version_tag(version, 4);
        const response versioned{answer("versioned", tag)};
        const response expected{read};
        EXPECT_EQ(versioned, expected.options.size() == 0 ? expected : tagged(expected, tag)) << version;
        if (expected.answer != code::content) continue;
        expect_part_of(read, memory.content);
        ++sent;
    }
    EXPECT_GT(sent, 500U);
}

}  // namespace
}  // namespace mincoap
