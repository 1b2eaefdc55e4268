#include <array>

#include <gtest/gtest.h>

#include <mincoap/message/etag.hpp>

#include "../../support/packet.hpp"

namespace mincoap {
namespace {

using test::packet;
using namespace std::string_view_literals;

// The test vectors of FNV-1a in 32 bits.
TEST(etag, is_a_hash_of_the_bytes) {
    static_assert(etag{}.number() == 0x811c'9dc5);
    static_assert(etag{""sv}.number() == 0x811c'9dc5);
    static_assert(etag{"a"sv}.number() == 0xe40c'292c);
    static_assert(etag{"b"sv}.number() == 0xe70c'2de5);
    static_assert(etag{"foobar"sv}.number() == 0xbf9c'f968);
    static_assert(etag{std::array<byte, 1>{'a'}}.number() == 0xe40c'292c);
}

constexpr etag in_parts() {
    etag tag{"f"sv};
    tag.add(byte{'o'});
    tag.add("ob"sv);
    tag.add(""sv);
    tag.add(bytes{std::array<byte, 2>{'a', 'r'}});
    return tag;
}

TEST(etag, is_the_same_in_parts) {
    static_assert(in_parts() == etag{"foobar"sv});
    static_assert(in_parts() != etag{"foobaz"sv});
}

TEST(etag, takes_a_character_for_a_byte) {
    static_assert(etag{"\xff\x80"sv} == etag{std::array<byte, 2>{0xff, 0x80}});
    static_assert(etag{"\0"sv} != etag{});
}

TEST(etag, of_a_version_is_a_hash_of_its_bytes) {
    static_assert(etag::of_version(std::uint8_t{'a'}) == etag{"a"sv});
    static_assert(etag::of_version(std::uint16_t{0x6f66}) == etag{"fo"sv});
    static_assert(etag::of_version(std::uint32_t{0x04030201}) == etag{"\1\2\3\4"sv});
    static_assert(etag::of_version(std::uint64_t{1}) == etag{"\1\0\0\0\0\0\0\0"sv});
    for (std::uint32_t version = 1; version < 256; ++version)
        EXPECT_NE(etag::of_version(version), etag::of_version(version - 1));
}

// RFC 7252 §5.10: the length of an ETag is 1 to 8, so the empty value of the uint 0 is not one.
TEST(etag, is_never_0) {
    constexpr std::array<byte, 4> hashed_to_0{0xcc, 0x24, 0x31, 0xc4};
    static_assert(etag{hashed_to_0}.number() == 1);
    EXPECT_TRUE(etag{hashed_to_0}.matches(packet{"01"}));
    EXPECT_FALSE(etag{hashed_to_0}.matches(packet{}));
    EXPECT_FALSE(etag{hashed_to_0}.matches(packet{"00"}));
    EXPECT_FALSE(etag{hashed_to_0}.matches(packet{"00 00 00 01"}));
}

// RFC 7252 §5.10.6: an entity-tag is opaque, and another one if any byte differs.
TEST(etag, is_one_value_only) {
    const etag tag{"foobar"sv};
    EXPECT_TRUE(tag.matches(packet{"bf 9c f9 68"}));
    for (const char* other : {"", "bf", "bf 9c f9", "9c f9 68", "bf 9c f9 69", "3f 9c f9 68", "68 f9 9c bf",
                              "bf 9c f9 68 00", "00 bf 9c f9 68", "00 00 00 00 bf 9c f9 68", "aa bf 9c f9 68"})
        EXPECT_FALSE(tag.matches(packet{other})) << other;
    static_assert(!etag{"foobar"sv}.matches({}));
}

// A hash with zeros in front is sent without them.
TEST(etag, of_less_than_4_bytes_is_not_itself_with_zeros) {
    etag tag;
    for (byte salt = 0; tag.number() > 0xff'ffff; ++salt) tag.add(salt);
    const std::uint32_t number = tag.number();
    packet value;
    for (int shift = 16; shift >= 0; shift -= 8) value.append(static_cast<byte>(number >> shift));
    ASSERT_NE(value[0], 0);
    EXPECT_TRUE(tag.matches(value));
    EXPECT_FALSE(tag.matches(packet{"00"} + value));
}

}  // namespace
}  // namespace mincoap
