// Arguments that may be served again and again, and arguments that are refused because they would dangle.
#include <array>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include <mincoap/message/payload_view.hpp>
#include <mincoap/message/short_text.hpp>

#include "../../support/packet.hpp"

namespace mincoap {
namespace {

using test::packet;

packet seen(payload_view payload) { return packet{bytes{payload.data(), payload.size()}}; }

TEST(payload_view, is_empty) {
    static_assert(payload_view{}.empty() && payload_view{""}.empty() && payload_view{bytes{}}.empty());
    static_assert(payload_view{std::string_view{}}.empty());
    EXPECT_EQ(seen({}), packet{});
    EXPECT_EQ(seen(""), packet{});
}

TEST(payload_view, is_a_literal_without_the_nul_at_its_end) {
    static_assert(payload_view{"abc"}.size() == 3);
    EXPECT_EQ(seen("abc"), packet{"'abc'"});
}

TEST(payload_view, is_a_literal_with_the_nuls_in_it) {
    static_assert(payload_view{"a\0b"}.size() == 3);
    static_assert(payload_view{"\0"}.size() == 1);
    EXPECT_EQ(seen("a\0b"), packet{"'a' 00 'b'"});
    EXPECT_EQ(seen("\0\0"), packet{"00 00"});
}

TEST(payload_view, is_a_text_that_is_pointed_to) {
    const char* const pointer = "abc";
    bool on = true;
    EXPECT_EQ(seen(pointer), packet{"'abc'"});
    EXPECT_EQ(seen(on ? "on" : "off"), packet{"'on'"});
    on = false;
    EXPECT_EQ(seen(on ? "on" : "off"), packet{"'off'"});
}

constexpr byte raw[] = {0, 1, 0};
constexpr std::array<byte, 3> standard{0xff, 0, 1};
constexpr std::string_view view{"a\0b", 3};

TEST(payload_view, is_bytes) {
    static_assert(payload_view{bytes{raw}}.size() == 3);
    static_assert(payload_view{std::span{standard}}.size() == 3);
    static_assert(payload_view{bytes{standard}}.size() == 3);
    static_assert(payload_view{view}.size() == 3);
    EXPECT_EQ(seen(std::span{raw}), packet{"00 01 00"});
    EXPECT_EQ(seen(bytes{standard}), packet{"ff 00 01"});
    EXPECT_EQ(seen(bytes{standard}.first(2)), packet{"ff 00"});
    EXPECT_EQ(seen(view), packet{"'a' 00 'b'"});
    EXPECT_EQ(seen(view.substr(1)), packet{"00 'b'"}) << "a view that is a temporary is no owner";
}

TEST(payload_view, is_a_view_of_what_somebody_owns) {
    byte array[] = {1, 2};
    std::array<byte, 2> changing{3, 4};
    const std::vector<byte> several{5, 6};
    const std::string text{"a\0b", 3};
    EXPECT_EQ(seen(std::span{array}), packet{"01 02"});
    EXPECT_EQ(seen(std::span{changing}), packet{"03 04"});
    EXPECT_EQ(seen(mutable_bytes{changing}), packet{"03 04"});
    EXPECT_EQ(seen(bytes{several}), packet{"05 06"});
    EXPECT_EQ(seen(std::string_view{text}), packet{"'a' 00 'b'"});
    EXPECT_EQ(payload_view{std::string_view{text}}.data(), reinterpret_cast<const byte*>(text.data()))
        << "nothing is copied";
}

constexpr char without_end[3] = {'a', 'b', 'c'};
static_assert(payload_view{without_end}.size() == 3 && payload_view{"abc"}.size() == 3 && payload_view{""}.empty());

// ---- What is refused in words (tests/compile_fail): what may be gone before it is used.

using detail::buffer;
static_assert(buffer<std::string&> && buffer<const std::string&> && buffer<std::string> && buffer<const std::string>);
static_assert(buffer<std::vector<byte>&> && buffer<std::vector<char>> && buffer<std::array<char, 4>&>);
static_assert(buffer<const std::array<byte, 4>&> && buffer<std::array<byte, 4>>);
static_assert(buffer<byte (&)[4]> && buffer<const byte (&)[4]> && buffer<char (&)[4]>);
static_assert(buffer<short_text> && buffer<short_text&>);

static_assert(!buffer<const char (&)[4]>, "its type is that of a literal");
static_assert(!buffer<payload_view&> && !buffer<bytes> && !buffer<mutable_bytes&> && !buffer<std::string_view>);
static_assert(!buffer<std::span<byte, 2>> && !buffer<const char*>);
static_assert(!buffer<int> && !buffer<std::nullptr_t> && !buffer<std::vector<int>&> && !buffer<int (&)[4]>);
static_assert(!buffer<std::vector<bool>&>);

template <typename T>
constexpr bool taken = std::is_convertible_v<T, payload_view> && std::is_constructible_v<payload_view, T>;
static_assert(taken<std::span<const byte, 2>> && taken<std::span<byte, 2>>, "views of a fixed length are no owners");
static_assert(taken<const char (&)[4]> && taken<bytes> && taken<mutable_bytes> && taken<std::string_view>);
static_assert(taken<const char*>);
static_assert(!std::is_constructible_v<payload_view, int> && !std::is_constructible_v<payload_view, std::nullptr_t>);

}  // namespace
}  // namespace mincoap
