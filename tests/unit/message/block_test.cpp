#include <gtest/gtest.h>

#include <mincoap/message/block.hpp>

namespace mincoap {
namespace {

constexpr bool is(std::uint32_t value, std::uint32_t number, bool more, unsigned size_exponent) {
    const std::optional<block> b = block::decode(value);
    return b && b->number == number && b->more == more && b->size_exponent == size_exponent && b->encoded() == value;
}

// RFC 7959 §2.2: NUM, M and SZX, from the most significant bit on.
TEST(block, is_a_number_a_flag_and_a_size) {
    static_assert(is(0, 0, false, 0));
    static_assert(is(0x08, 0, true, 0));
    static_assert(is(0x16, 1, false, 6));
    static_assert(is(0xfe, 15, true, 6));
    static_assert(is(0x100, 16, false, 0));
    static_assert(is(0x1'000b, 0x1000, true, 3));
    static_assert(is(0xff'fffe, block::max_number, true, 6));
}

// RFC 7959 §2.2: "The value 7 for SZX [...] is reserved".
TEST(block, has_no_reserved_size) {
    for (const std::uint32_t above : {0x00U, 0x08U, 0x10U, 0xff'fff8U}) {
        for (unsigned size_exponent = 0; size_exponent < 7; ++size_exponent)
            EXPECT_TRUE(block::decode(above | size_exponent)) << above << '|' << size_exponent;
        EXPECT_FALSE(block::decode(above | 7)) << above;
    }
}

// RFC 7959 §2.2: the size is 2**(SZX + 4), the offset NUM << (SZX + 4).
TEST(block, stands_at_its_number_times_its_size) {
    constexpr std::uint32_t sizes[] = {16, 32, 64, 128, 256, 512, 1024};
    for (unsigned size_exponent = 0; size_exponent < 7; ++size_exponent) {
        const block last{.number = block::max_number, .more = true, .size_exponent = size_exponent};
        EXPECT_EQ(last.size(), sizes[size_exponent]);
        EXPECT_EQ(last.offset(), 0xf'ffffULL * sizes[size_exponent]);
        EXPECT_EQ((block{.number = 3, .more = false, .size_exponent = size_exponent}.offset()),
                  3 * sizes[size_exponent]);
        EXPECT_EQ((block{.number = 0, .more = true, .size_exponent = size_exponent}.offset()), 0U);
    }
    static_assert(block{.number = 1, .more = true, .size_exponent = 6}.offset() == 1024);
}

}  // namespace
}  // namespace mincoap
