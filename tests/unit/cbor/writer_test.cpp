#include <limits>

#include "written.hpp"

namespace mincoap::cbor {
namespace {

using test::filler;
using test::packet;
using test::written_cbor;

// RFC 8949 §4.2.1: "the argument for integers ... MUST be as short as possible".
TEST(cbor_writer, writes_the_shortest_head) {
    const auto head = [](std::uint64_t n) { return written_cbor([n](writer& to) { to.unsigned_integer(n); }); };
    EXPECT_EQ(head(0), packet{"00"});
    EXPECT_EQ(head(23), packet{"17"});
    EXPECT_EQ(head(24), packet{"18 18"});
    EXPECT_EQ(head(0xff), packet{"18 ff"});
    EXPECT_EQ(head(0x100), packet{"19 01 00"});
    EXPECT_EQ(head(0xffff), packet{"19 ff ff"});
    EXPECT_EQ(head(0x1'0000), packet{"1a 00 01 00 00"});
    EXPECT_EQ(head(0xffff'ffff), packet{"1a ff ff ff ff"});
    EXPECT_EQ(head(0x1'0000'0000), packet{"1b 00 00 00 01 00 00 00 00"});
    EXPECT_EQ(head(0x0123'4567'89ab'cdef), packet{"1b 01 23 45 67 89 ab cd ef"});
}

TEST(cbor_writer, writes_each_major_type) {
    EXPECT_EQ(written_cbor([](writer& to) { to.negative_integer(500); }), packet{"39 01 f4"});
    EXPECT_EQ(written_cbor([](writer& to) { to.byte_string(packet{"01 02"}); }), packet{"42 01 02"});
    EXPECT_EQ(written_cbor([](writer& to) { to.text_string("IETF"); }), packet{"64 'IETF'"});
    EXPECT_EQ(written_cbor([](writer& to) { to.array(25); }), packet{"98 19"});
    EXPECT_EQ(written_cbor([](writer& to) { to.map(2); }), packet{"a2"});
    EXPECT_EQ(written_cbor([](writer& to) { to.tag(55799); }), packet{"d9 d9 f7"});
    EXPECT_EQ(written_cbor([](writer& to) { to.simple(32); }), packet{"f8 20"});
    EXPECT_EQ(written_cbor([](writer& to) { to.floating_point(-4.1); }), packet{"fb c0 10 66 66 66 66 66 66"});
}

TEST(cbor_writer, writes_signed_integers_of_both_types) {
    const auto integer = [](std::int64_t n) { return written_cbor([n](writer& to) { to.integer(n); }); };
    EXPECT_EQ(integer(0), packet{"00"});
    EXPECT_EQ(integer(-1), packet{"20"});
    EXPECT_EQ(integer(-24), packet{"37"});
    EXPECT_EQ(integer(-25), packet{"38 18"});
    EXPECT_EQ(integer(std::numeric_limits<std::int64_t>::max()), packet{"1b 7f ff ff ff ff ff ff ff"});
    EXPECT_EQ(integer(std::numeric_limits<std::int64_t>::min()), packet{"3b 7f ff ff ff ff ff ff ff"});
}

TEST(cbor_writer, writes_strings_of_every_length) {
    const auto text = [](std::size_t size) {
        return written_cbor([size](writer& to) { to.text_string(std::string(size, 'x')); });
    };
    EXPECT_EQ(text(0), packet{"60"});
    EXPECT_EQ(text(23), packet{"77"} + filler(23));
    EXPECT_EQ(text(24), packet{"78 18"} + filler(24));
    EXPECT_EQ(text(256), packet{"79 01 00"} + filler(256));
    EXPECT_EQ(written_cbor([](writer& to) { to.byte_string({}); }), packet{"40"});
}

TEST(cbor_writer, writes_items_that_are_encoded_already) {
    EXPECT_EQ(written_cbor([](writer& to) {
                  to.array(2);
                  to.items(packet{"01"});
                  to.items(packet{"82 02 03"});
              }),
              packet{"82 01 82 02 03"});
}

// A block of a larger body: see message::body_writer.
TEST(cbor_writer, writes_a_window) {
    std::array<byte, 3> window{};
    body_writer body{window, 2};
    writer to{body};
    to.text_string("abcdef");
    EXPECT_EQ(packet{window}, packet{"'bcd'"});
    EXPECT_EQ(body.size(), 7U);
}

// The example of RFC 8949 §3.2.1, of definite lengths, and one of each other kind.
constexpr std::array<byte, 19> one_of_each_kind() {
    std::array<byte, 19> window{};
    body_writer body{window};
    writer to{body};
    to.array(3);
    to.unsigned_integer(1);
    to.array(2), to.unsigned_integer(2), to.unsigned_integer(3);
    to.map(1), to.text_string("a"), to.integer(-7);
    to.boolean(true), to.null(), to.undefined(), to.boolean(false);
    to.floating_point(1.5);
    to.tag(1), to.byte_string(std::array<byte, 1>{9});
    return window;
}

TEST(cbor_writer, writes_each_kind) {
    EXPECT_EQ(packet{one_of_each_kind()}, packet{"83 01 82 02 03 a1 61 'a' 26 | f5 f6 f7 f4 | f9 3e 00 | c1 41 09"});
}

#ifndef __clang__  // body_writer uses a template of its own before the definition, which Clang then cannot evaluate
static_assert(one_of_each_kind()[0] == 0x83 && one_of_each_kind()[14] == 0x3e && one_of_each_kind()[18] == 9);
#endif

#if MINCOAP_CHECKED
TEST(cbor_writer_death, refuses_reserved_simple_values) {
    EXPECT_DEATH(written_cbor([](writer& to) { to.simple(24); }), "");
}
#endif

}  // namespace
}  // namespace mincoap::cbor
