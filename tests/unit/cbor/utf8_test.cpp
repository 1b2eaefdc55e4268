#include <gtest/gtest.h>

#include <mincoap/cbor/utf8.hpp>

#include "../../support/packet.hpp"

namespace mincoap::cbor {
namespace {

using test::packet;

// Encodes a number by the table of RFC 3629 §3, in the given number of bytes, even if fewer suffice.
packet encoded(std::uint32_t number, std::size_t size) {
    if (size == 1) return packet{bytes{std::array{static_cast<byte>(number)}}};
    const std::array<unsigned, 5> leads{0, 0, 0xc0, 0xe0, 0xf0};
    packet text;
    text.append(static_cast<byte>(leads[size] + (number >> 6 * (size - 1))));
    for (std::size_t left = size - 1; left-- != 0;) text.append(static_cast<byte>(0x80 + (number >> 6 * left) % 64));
    return text;
}

TEST(utf8, takes_every_character) {
    for (std::uint32_t number = 0; number <= 0x10'ffff; ++number) {
        const std::size_t size = number < 0x80 ? 1 : number < 0x800 ? 2 : number < 0x1'0000 ? 3 : 4;
        const bool is_surrogate = number >= 0xd800 && number <= 0xdfff;
        ASSERT_EQ(is_utf8(encoded(number, size)), !is_surrogate) << number;
    }
}

TEST(utf8, refuses_what_is_longer_than_need_be) {
    for (std::uint32_t number = 0; number < 0x80; ++number) EXPECT_FALSE(is_utf8(encoded(number, 2))) << number;
    for (std::uint32_t number = 0; number < 0x800; ++number) EXPECT_FALSE(is_utf8(encoded(number, 3))) << number;
    for (std::uint32_t number = 0; number < 0x1'0000; ++number) EXPECT_FALSE(is_utf8(encoded(number, 4))) << number;
}

TEST(utf8, refuses_what_is_beyond_unicode) {
    for (std::uint32_t number = 0x11'0000; number < 0x20'0000; ++number)
        ASSERT_FALSE(is_utf8(encoded(number, 4))) << number;
    EXPECT_TRUE(is_utf8(packet{"f4 8f bf bf"}));
    EXPECT_FALSE(is_utf8(packet{"f4 90 80 80"}));
    EXPECT_FALSE(is_utf8(packet{"f5 80 80 80"}));
    EXPECT_FALSE(is_utf8(packet{"f8 88 80 80 80"}));
    EXPECT_FALSE(is_utf8(packet{"fe"}));
    EXPECT_FALSE(is_utf8(packet{"ff"}));
}

TEST(utf8, refuses_what_is_cut_off_or_out_of_place) {
    for (const char* const notation : {"c3", "e2 82", "f0 9f 98", "80", "bf", "c3 41", "e2 41 ac", "e2 82 41",
                                       "f0 9f 98 c3 a9", "'a' e2 82", "c3 a9 a9", "c3 c3 a9"})
        EXPECT_FALSE(is_utf8(packet{notation})) << notation;
}

TEST(utf8, takes_a_text_of_many_characters) {
    static_assert(is_utf8({}));
    constexpr std::array<byte, 11> mixed{'a', 0xc3, 0xa9, 0, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80};
    static_assert(is_utf8(mixed));
    static_assert(!is_utf8(bytes{mixed}.first(10)));
    EXPECT_TRUE(is_utf8(packet{"'plain'"}));
}

}  // namespace
}  // namespace mincoap::cbor
