#include <mincoap/security/edhoc/item_reader.hpp>

#include <gtest/gtest.h>

#include "../../../support/packet.hpp"

namespace mincoap::security::edhoc {
namespace {

using cbor::type;
using test::packet;

// Each function reads all of the items. It returns nothing if the reader has failed.
std::optional<std::uint32_t> argument(const packet& items, type expected) {
    item_reader in{items};
    const std::uint32_t value = in.argument(expected);
    EXPECT_TRUE(in.at_end());
    return in.failed() ? std::nullopt : std::optional{value};
}
std::optional<packet> string(const packet& items) {
    item_reader in{items};
    const bytes value = in.byte_string();
    EXPECT_TRUE(in.at_end());
    return in.failed() ? std::nullopt : std::optional{packet{value}};
}
std::optional<packet> identifier(const packet& items) {
    item_reader in{items};
    const bytes value = in.identifier();
    EXPECT_TRUE(in.at_end());
    return in.failed() ? std::nullopt : std::optional{packet{value}};
}

TEST(edhoc_item_reader, reads_arguments_of_each_size) {
    EXPECT_EQ(argument("00", type::unsigned_integer), 0U);
    EXPECT_EQ(argument("17", type::unsigned_integer), 23U);
    EXPECT_EQ(argument("18 18", type::unsigned_integer), 24U);
    EXPECT_EQ(argument("18 ff", type::unsigned_integer), 255U);
    EXPECT_EQ(argument("19 01 00", type::unsigned_integer), 256U);
    EXPECT_EQ(argument("19 ff ff", type::unsigned_integer), 65535U);
    EXPECT_EQ(argument("1a 00 01 00 00", type::unsigned_integer), 65536U);
    EXPECT_EQ(argument("1a ff ff ff ff", type::unsigned_integer), 0xffff'ffffU);
    EXPECT_EQ(argument("38 63", type::negative_integer), 99U);
    EXPECT_EQ(argument("3a ff ff ff ff", type::negative_integer), 0xffff'ffffU);
    EXPECT_EQ(argument("82", type::array), 2U);
}

TEST(edhoc_item_reader, refuses_longer_encodings_of_an_argument) {
    for (const char* longer : {"18 00", "18 17", "19 00 00", "19 00 ff", "1a 00 00 00 00", "1a 00 00 ff ff"})
        EXPECT_EQ(argument(longer, type::unsigned_integer), std::nullopt) << longer;
}

TEST(edhoc_item_reader, refuses_2_to_the_32_and_more) {
    EXPECT_EQ(argument("1b 00 00 00 01 00 00 00 00", type::unsigned_integer), std::nullopt);
    EXPECT_EQ(argument("3b ff ff ff ff ff ff ff ff", type::negative_integer), std::nullopt);
}

TEST(edhoc_item_reader, refuses_reserved_indefinite_and_cut_off_heads) {
    for (const char* wrong : {"", "1c", "1d", "1e", "1f", "18", "19 01", "1a 01 02 03", "1b 01 02 03 04 05 06 07"})
        EXPECT_EQ(argument(wrong, type::unsigned_integer), std::nullopt) << wrong;
    EXPECT_EQ(argument("5f 41 00 ff", type::byte_string), std::nullopt);
}

TEST(edhoc_item_reader, refuses_another_type) {
    EXPECT_EQ(argument("20", type::unsigned_integer), std::nullopt);
    EXPECT_EQ(argument("40", type::unsigned_integer), std::nullopt);
    EXPECT_EQ(string("61 61"), std::nullopt);
    EXPECT_EQ(string("00"), std::nullopt);
}

TEST(edhoc_item_reader, reads_byte_strings) {
    EXPECT_EQ(string("40"), packet{});
    EXPECT_EQ(string("43 010203"), packet{"010203"});
    EXPECT_EQ(string("58 18" + test::filler(24)), test::filler(24));
    EXPECT_EQ(string("41"), std::nullopt);
    EXPECT_EQ(string("58 18" + test::filler(23)), std::nullopt);
    EXPECT_EQ(string("5a ff ff ff ff"), std::nullopt);
    EXPECT_EQ(string("5b ff ff ff ff ff ff ff ff"), std::nullopt);
}

// RFC 9528 §3.3.2: a string of one byte that is an integer of one byte has only that encoding.
TEST(edhoc_item_reader, reads_identifiers_of_each_kind) {
    for (unsigned b = 0; b < 256; ++b) {
        if (b == 0x40) continue;  // the empty string
        packet one;
        one.append(static_cast<byte>(b));
        const bool is_integer = b <= 0x17 || (b >= 0x20 && b <= 0x37);
        EXPECT_EQ(is_one_byte_integer(static_cast<byte>(b)), is_integer);
        EXPECT_EQ(identifier("41" + one), is_integer ? std::nullopt : std::optional{one});
        EXPECT_EQ(identifier(one), is_integer ? std::optional{one} : std::nullopt);
    }
    EXPECT_EQ(identifier("40"), packet{});
    EXPECT_EQ(identifier("42 0102"), packet{"0102"});
    EXPECT_EQ(identifier("18 18"), std::nullopt);
    EXPECT_EQ(identifier("38 18"), std::nullopt);
    EXPECT_EQ(identifier("f5"), std::nullopt);
    EXPECT_EQ(identifier(""), std::nullopt);
}

TEST(edhoc_item_reader, stays_failed) {
    const packet items = "41 41";
    item_reader in{items};
    in.argument(type::array);
    EXPECT_TRUE(in.failed());
    EXPECT_TRUE(in.at_end());
    EXPECT_EQ(in.peek(), type::nothing);
    EXPECT_TRUE(in.byte_string().empty());
    EXPECT_TRUE(in.identifier().empty());
    EXPECT_EQ(in.argument(type::byte_string), 0U);
    EXPECT_TRUE(in.rest().empty());
    EXPECT_TRUE(in.failed());
}

constexpr bool reads_in_a_constant_expression() {
    constexpr std::array<byte, 5> items{0x03, 0x41, 0x18, 0x37, 0x00};
    item_reader in{items};
    const bool is_three = in.argument(type::unsigned_integer) == 3;
    const bool is_string = in.identifier()[0] == 0x18 && in.identifier()[0] == 0x37;
    return is_three && is_string && in.rest().size() == 1 && !in.failed();
}
static_assert(reads_in_a_constant_expression());

}  // namespace
}  // namespace mincoap::security::edhoc
