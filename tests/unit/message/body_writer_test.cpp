#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <mincoap/message/body_writer.hpp>

#include "../../support/packet.hpp"

namespace mincoap {
namespace {

using test::packet;
using namespace std::string_view_literals;

// Ten bytes, by every overload.
constexpr void write(body_writer& to) {
    to.put(byte{'0'});
    to.put("12"sv);
    to.put(""sv);
    to.put(bytes{});
    to.put(bytes{std::array<byte, 3>{'3', '4', '5'}});
    to.put(byte{'6'});
    to.put("789"sv);
}

// Returns the content of a window of `size` bytes, with dots for bytes that were not written.
std::string kept(std::size_t size, std::size_t offset) {
    std::vector<byte> memory(size + 2, '.');
    body_writer to{mutable_bytes{memory}.subspan(1, size), offset};
    write(to);
    EXPECT_EQ(to.size(), 10U) << "all of it is counted";
    EXPECT_EQ(to.tag(), etag{"0123456789"sv}) << "all of it is hashed";
    EXPECT_EQ(memory.front(), '.') << "written in front of the window";
    EXPECT_EQ(memory.back(), '.') << "written behind the window";
    return std::string{as_text(bytes{memory}.subspan(1, size))};
}

TEST(body_writer, keeps_its_window) {
    struct window {
        std::size_t size;
        std::size_t offset;
        std::string kept;
    };
    const std::vector<window> all{{10, 0, "0123456789"},
                                  {12, 0, "0123456789.."},
                                  {4, 0, "0123"},
                                  {4, 3, "3456"},
                                  {4, 6, "6789"},
                                  {4, 8, "89.."},
                                  {1, 9, "9"},
                                  {4, 10, "...."},
                                  {4, 1000, "...."},
                                  {0, 0, ""},
                                  {0, 5, ""}};
    for (const window& w : all) EXPECT_EQ(kept(w.size, w.offset), w.kept) << w.size << " bytes at " << w.offset;
}

TEST(body_writer, keeps_the_same_of_a_body_whose_tag_is_known) {
    for (std::size_t size = 0; size <= 12; ++size)
        for (std::size_t offset = 0; offset <= 12; ++offset) {
            std::vector<byte> memory(size + 2, '.');
            body_writer to{mutable_bytes{memory}.subspan(1, size), offset, etag{"known"sv}};
            write(to);
            EXPECT_EQ(to.size(), 10U);
            EXPECT_EQ(to.tag(), etag{"known"sv});
            EXPECT_EQ(memory.front(), '.');
            EXPECT_EQ(memory.back(), '.');
            EXPECT_EQ(as_text(bytes{memory}.subspan(1, size)), kept(size, offset)) << size << " at " << offset;
        }
}

TEST(body_writer, keeps_the_same_in_blocks) {
    for (std::size_t size = 1; size <= 11; ++size) {
        std::string all;
        for (std::size_t offset = 0; offset < 10; offset += size) all += kept(size, offset);
        EXPECT_EQ(all.substr(0, 10), "0123456789") << "in blocks of " << size;
    }
}

TEST(body_writer, of_nothing_is_empty) {
    constexpr body_writer nothing;
    static_assert(nothing.size() == 0 && nothing.tag() == etag{});
}

constexpr bool measures() {
    body_writer all;
    write(all);
    return all.size() == 10 && all.tag() == etag{"0123456789"sv};
}

constexpr bool keeps_bytes() {
    std::array<byte, 3> window{};
    body_writer to{window, 4};
    write(to);
    return window == std::array<byte, 3>{'4', '5', '6'} && to.size() == 10;
}

TEST(body_writer, writes_at_compile_time) {
    static_assert(measures());
    static_assert(keeps_bytes());
}

TEST(body_writer, takes_any_character) {
    std::array<byte, 4> window{};
    body_writer to{window};
    to.put("\xff\0\x80"sv);
    to.put(byte{0xfe});
    EXPECT_EQ(packet{bytes{window}}, packet{"ff 00 80 fe"});
    EXPECT_EQ(to.size(), 4U);
}

}  // namespace
}  // namespace mincoap
