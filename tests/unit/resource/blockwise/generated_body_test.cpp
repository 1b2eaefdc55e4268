// Bodies that a function writes, with and without a version.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "document_fixture.hpp"

namespace mincoap::document_tests {
namespace {

// The function writes a different text on each call. The server calls it once per response, whose ETag and size
// are those of that text.
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

// ---- Bodies that the client already has

// RFC 7252 §5.9.1.3: a 2.03 carries the ETag that the request named.
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

// The ETag of a version: FNV-1a of its bytes, in little-endian order.
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
        routes(at<"variable">(generated<content_format::json>(write).version(version).max_age<3600>()).title("V"),
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

// Only the version determines the ETag. The caller changes the version together with the body.
TEST(generated_body, with_a_version_is_not_hashed) {
    const auto write = [](body_writer& to) { to.put(body.substr(0, 100)); };
    const generated_body plain{write};
    const generated_body versioned{write, [] { return std::uint16_t{258}; }};
    EXPECT_EQ(plain.measure().tag, etag{body.substr(0, 100)});
    EXPECT_EQ(versioned.measure().tag, (etag{bytes{std::array<byte, 2>{2, 1}}}));
    EXPECT_EQ(versioned.measure().size, 100U);
    static_assert(generating_source<decltype(versioned)>);
}

// ---- Rendering over the request

// Rendering never overwrites the ETags to compare with, wherever they are in the request.
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

// A layer leaves less room for the response than the size of the request, and the ETags lie behind that room.
TEST(document, that_is_rendered_stays_in_the_room_that_a_layer_leaves) {
    core c{site, 200, limits{}};
    const auto asked = [] { return ask(code::get, "rendered").with(3, text_packet(std::string(60, 'h'))); };
    EXPECT_EQ(response{c.answer(asked())}, block_of(body, 0, 0, 50));
    EXPECT_EQ(response{c.answer(asked().with(4, tag_of(body)))}, (response{code::valid, {{4, tag_of(body)}}, ""}));
    EXPECT_EQ(c.said(asked().with(4, "01")), "5.00") << "no room for a block behind the tag";
}

// A checked build overwrites the request first, so a function that reads the request fails at once.
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

// ---- Comparison of all kinds

// Writes a body in pieces of random sizes, using each overload.
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

// Compares the payload with the block that the Block2 option of the response names.
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
}  // namespace mincoap::document_tests
