// The value of the OSCORE option (RFC 8613 §6.1).
#include <mincoap/security/oscore/option.hpp>

#include <gtest/gtest.h>

#include "vectors.hpp"

namespace mincoap::security::oscore {
namespace {

using mincoap::test::filler;
using test::packet;

packet encoded(std::uint64_t number) { return packet{partial_iv{number}.value()}; }

TEST(partial_iv, is_as_short_as_possible_and_has_at_least_one_byte) {
    EXPECT_EQ(encoded(0), "00");
    EXPECT_EQ(encoded(1), "01");
    EXPECT_EQ(encoded(0xff), "ff");
    EXPECT_EQ(encoded(0x100), "01 00");
    EXPECT_EQ(encoded(0xffff), "ff ff");
    EXPECT_EQ(encoded(0x1'0000), "01 00 00");
    EXPECT_EQ(encoded(0x100'0000), "01 00 00 00");
    EXPECT_EQ(encoded(0xffff'ffff), "ff ff ff ff");
    EXPECT_EQ(encoded(0x1'0000'0000), "01 00 00 00 00");
    EXPECT_EQ(encoded(number_limit - 1), "ff ff ff ff ff");
    EXPECT_EQ(packet{bytes{partial_iv{0x0203}.padded()}}, "00 00 00 02 03");
}

// Decodes the value, and says what it holds.
std::string decoded(const packet& value) {
    request_option o;
    if (!decode(value, o)) return "malformed";
    std::string text = std::to_string(o.number) + " kid=" + ::testing::PrintToString(packet{o.kid});
    if (o.kid_context.data() != nullptr) text += " context=" + ::testing::PrintToString(packet{o.kid_context});
    return text;
}

TEST(oscore_option, is_read_as_in_appendix_c) {
    EXPECT_EQ(decoded(test::requests[0].option), "20 kid=nothing");
    EXPECT_EQ(decoded(test::requests[1].option), "20 kid=00");
    EXPECT_EQ(decoded(test::requests[2].option), "20 kid=nothing context=37 cb f3 21 00 17 a2 d3");
}

TEST(oscore_option, has_a_number_of_one_to_five_bytes) {
    EXPECT_EQ(decoded("09 00 aa"), "0 kid=aa");
    EXPECT_EQ(decoded("0a 0102 aa"), "258 kid=aa");
    EXPECT_EQ(decoded("0b 010203 aa"), "66051 kid=aa");
    EXPECT_EQ(decoded("0c 01020304 aa"), "16909060 kid=aa");
    EXPECT_EQ(decoded("0d ffffffffff aa"), "1099511627775 kid=aa");
    EXPECT_EQ(decoded("08 aa"), "malformed") << "a request has a number";
    EXPECT_EQ(decoded("0e 010203040506 aa"), "malformed") << "6 and 7 bytes are reserved";
    EXPECT_EQ(decoded("0f 01020304050607 aa"), "malformed");
}

TEST(oscore_option, has_its_number_in_the_shortest_form) {
    EXPECT_EQ(decoded("0a 0001 aa"), "malformed");
    EXPECT_EQ(decoded("0a 0000"), "malformed");
    EXPECT_EQ(decoded("0d 0001020304"), "malformed");
}

TEST(oscore_option, has_a_kid_that_may_be_empty_or_longer_than_any_id) {
    EXPECT_EQ(decoded("09 05"), "5 kid=nothing");
    EXPECT_EQ(decoded("09 05 01020304050607"), "5 kid=01 02 03 04 05 06 07");
    EXPECT_EQ(decoded("09 05 0102030405060708"), "5 kid=01 02 03 04 05 06 07 08");
    EXPECT_EQ(decoded("01 05"), "malformed") << "without the flag there is no kid";
    EXPECT_EQ(decoded("01 05 aa"), "malformed") << "and the byte behind belongs to nothing";
}

TEST(oscore_option, has_a_kid_context_that_may_be_empty) {
    EXPECT_EQ(decoded("19 05 00"), "5 kid=nothing context=nothing");
    EXPECT_EQ(decoded("19 05 00 aa"), "5 kid=aa context=nothing");
    EXPECT_EQ(decoded("19 05 02 bbcc"), "5 kid=nothing context=bb cc");
    EXPECT_EQ(decoded("19 05 02 bbcc aa"), "5 kid=aa context=bb cc");
    EXPECT_EQ(decoded("11 05 02 bbcc"), "malformed") << "no kid";
}

TEST(oscore_option, ends_within_its_value) {
    EXPECT_EQ(decoded(""), "malformed");
    EXPECT_EQ(decoded("09"), "malformed");
    EXPECT_EQ(decoded("0a 01"), "malformed");
    EXPECT_EQ(decoded("0d 01020304"), "malformed");
    EXPECT_EQ(decoded("19 05"), "malformed") << "the length of the kid context is missing";
    EXPECT_EQ(decoded("19 05 01"), "malformed");
    EXPECT_EQ(decoded("19 05 03 bbcc"), "malformed");
    EXPECT_EQ(decoded("19 05 ff bbcc"), "malformed");
    EXPECT_EQ(decoded(packet{"19 05 fc"} + filler(252, 0xbb)),
              "5 kid=nothing context=" + ::testing::PrintToString(filler(252, 0xbb)))
        << "an option has up to 255 bytes";
}

TEST(oscore_option, has_no_flag_of_an_extension) {
    for (const unsigned flag : {0x20U, 0x40U, 0x80U}) {
        packet value = "09 05 aa";
        value[0] = static_cast<byte>(value[0] | flag);
        EXPECT_EQ(decoded(value), "malformed") << flag;
    }
    EXPECT_EQ(decoded("00"), "malformed") << "no flag at all would be an empty value";
}

TEST(oscore_option, keeps_nothing_of_the_value_decoded_before) {
    request_option o;
    ASSERT_TRUE(decode(packet{"19 ff 01 bb aa"}, o));
    const packet second = "09 01";
    ASSERT_TRUE(decode(second, o));
    EXPECT_EQ(o.number, 1U);
    EXPECT_TRUE(o.kid.empty());
    EXPECT_EQ(o.kid_context.data(), nullptr);
}

packet of_response(const partial_iv* number) {
    std::array<byte, 1 + max_number_size> value{};
    byte* const end = write_response_option(value.data(), number);
    EXPECT_EQ(static_cast<std::size_t>(end - value.data()), response_option_size(number));
    return packet{bytes{value.data(), end}};
}

TEST(oscore_option, of_a_response_holds_a_number_or_nothing) {
    EXPECT_EQ(of_response(nullptr), "");
    const partial_iv zero{0};
    EXPECT_EQ(of_response(&zero), "01 00");
    const partial_iv last{number_limit - 1};
    EXPECT_EQ(of_response(&last), "05 ff ff ff ff ff");
}

}  // namespace
}  // namespace mincoap::security::oscore
