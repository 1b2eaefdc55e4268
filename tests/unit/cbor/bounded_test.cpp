// Lists, texts and byte strings in place.
#include <gtest/gtest.h>

#include <mincoap/cbor/bounded.hpp>

#include "../../support/packet.hpp"

namespace mincoap {
namespace {

using test::packet;

using numbers = bounded_list<std::uint32_t, 3>;

static_assert(numbers{}.empty() && numbers::capacity() == 3);
static_assert(numbers{7, 8}.size() == 2 && numbers{7, 8}[1] == 8);
static_assert(bounded_text<5>{"hello"}.view() == "hello" && bounded_text<5>{""}.empty());
static_assert(std::is_trivially_copyable_v<numbers> && std::is_trivially_copyable_v<bounded_text<9>> &&
              std::is_trivially_copyable_v<bounded_bytes<9>>);
static_assert(sizeof(bounded_text<255>) == 256 && sizeof(bounded_bytes<256>) == 258, "the size is one byte or two");

// In a constant expression, access past the end is a compile error.
constexpr numbers filled_and_emptied() {
    numbers list;
    for (std::uint32_t i = 0; i < 9; ++i) static_cast<void>(list.push(i));
    list.clear();
    if (!list.push(5)) list.clear();
    return list;
}
static_assert(filled_and_emptied() == numbers{5});

TEST(bounded_list, takes_as_many_as_it_has_room_for) {
    numbers list;
    EXPECT_TRUE(list.push(1) && list.push(2) && list.push(3));
    EXPECT_FALSE(list.push(4));
    EXPECT_EQ(list, (numbers{1, 2, 3}));
}

TEST(bounded_list, is_assigned_as_a_whole_or_not_at_all) {
    numbers list{9};
    const std::array<std::uint32_t, 4> given{1, 2, 3, 4};
    EXPECT_FALSE(list.assign(given));
    EXPECT_EQ(list, numbers{9});
    EXPECT_TRUE(list.assign(std::span{given}.first(3)));
    EXPECT_EQ(list, (numbers{1, 2, 3}));
    EXPECT_TRUE(list.assign({}));
    EXPECT_TRUE(list.empty());
}

TEST(bounded_list, is_equal_by_what_it_holds) {
    numbers once_longer{1, 2};
    once_longer.clear();
    ASSERT_TRUE(once_longer.push(1));
    EXPECT_EQ(once_longer, numbers{1});
    EXPECT_NE((numbers{1, 2}), numbers{1});
    EXPECT_NE((numbers{1, 2}), (numbers{1, 3}));
}

TEST(bounded_list, can_be_walked) {
    std::uint32_t sum = 0;
    for (const std::uint32_t number : numbers{1, 2, 4}) sum += number;
    EXPECT_EQ(sum, 7U);
    EXPECT_EQ((numbers{1, 2, 4}.view().size()), 3U);
}

TEST(bounded_list, counts_beyond_a_byte) {
    bounded_list<bool, 300> list;
    for (int i = 0; i < 400; ++i) static_cast<void>(list.push(true));
    EXPECT_EQ(list.size(), 300U);
    EXPECT_FALSE(list.push(true));
}

TEST(bounded_text, is_assigned_as_a_whole_or_not_at_all) {
    bounded_text<5> text = "ab";
    EXPECT_FALSE(text.assign("abcdef"));
    EXPECT_EQ(text.view(), "ab");
    EXPECT_TRUE(text.assign("abcde"));
    EXPECT_EQ(text.view(), "abcde");
    EXPECT_NE(text, bounded_text<5>{"abcd"});
    text.clear();
    EXPECT_EQ(text, bounded_text<5>{});
    EXPECT_EQ(text.size(), 0U);
}

TEST(bounded_bytes, are_assigned_as_a_whole_or_not_at_all) {
    bounded_bytes<3> key;
    EXPECT_TRUE(key.assign(packet{"00 ff 80"}));
    EXPECT_FALSE(key.assign(packet{"01 02 03 04"}));
    EXPECT_EQ(packet{key.view()}, "00 ff 80");
    const bounded_bytes<3> before = key;
    EXPECT_TRUE(key.assign(packet{"00"}));
    EXPECT_NE(key, before);
    key.clear();
    EXPECT_TRUE(key.empty());
    EXPECT_EQ(key.size(), 0U);
    EXPECT_EQ(key.capacity(), 3U);
}

}  // namespace
}  // namespace mincoap
