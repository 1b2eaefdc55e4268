#include <mincoap/security/edhoc/messages.hpp>

#include <string>

#include <gtest/gtest.h>

#include "vectors.hpp"

namespace mincoap::security::edhoc {
namespace {

using mincoap::test::filler;
using test::packet;
namespace method_0 = test::method_0;
namespace method_3 = test::method_3;

const packet x = filler(32, 0xa5);
const packet g_x = "5820" + x;

result read(const packet& message, byte first = 2) { return message_1{message, first}.status; }

// The suite that a list selects; "wrong" or "malformed".
std::string selected(const packet& suites, byte first = 2) {
    const packet message = "03" + suites + g_x + "37";
    const message_1 in{message, first};
    if (in.status != result::accepted) return in.status == result::wrong_suite ? "wrong" : "malformed";
    EXPECT_EQ(packet{in.g_x}, x);
    EXPECT_EQ(packet{in.c_i}, "37");
    return std::to_string(in.suite);
}

TEST(edhoc_messages, reads_message_1_of_rfc_9529) {
    const message_1 in{method_3::message_1, 2};
    ASSERT_EQ(in.status, result::accepted);
    EXPECT_EQ(in.suite, 2);
    EXPECT_EQ(packet{in.g_x}, method_3::g_x);
    EXPECT_EQ(packet{in.c_i}, method_3::c_i);
    EXPECT_EQ(read(method_3::first_message_1_suite6), result::wrong_suite);
    EXPECT_EQ(read(method_0::message_1, 0), result::malformed) << "its method has signatures";
    EXPECT_EQ(read("03" + packet{method_0::message_1.view().subspan(1)}, 0), result::accepted);
}

TEST(edhoc_messages, selects_the_last_suite) {
    EXPECT_EQ(selected("02"), "2");
    EXPECT_EQ(selected("03"), "3");
    EXPECT_EQ(selected("82 06 02"), "2");
    EXPECT_EQ(selected("83 06 18 19 03"), "3");
    EXPECT_EQ(selected("82 20 02"), "2") << "a suite for private use is in front";
    EXPECT_EQ(selected("82 1a 00 01 00 02 02"), "2");
    EXPECT_EQ(selected("00", 0), "0");
    EXPECT_EQ(selected("01", 0), "1");
    EXPECT_EQ(selected("82 02 01", 0), "1");
}

TEST(edhoc_messages, refuses_a_suite_that_it_does_not_have) {
    for (const char* suites :
         {"00", "01", "04", "06", "18 19", "20", "22", "39 ff ff", "1a 00 01 00 02", "82 06 05", "82 06 22"})
        EXPECT_EQ(selected(suites), "wrong") << suites;
    EXPECT_EQ(selected("02", 0), "wrong");
}

// RFC 9528 §5.2.3: the initiator prefers a suite that both have.
TEST(edhoc_messages, refuses_a_suite_behind_another_one_that_it_has) {
    for (const char* suites : {"82 02 03", "82 03 02", "83 02 06 03", "83 06 03 02", "82 02 06", "82 02 02"})
        EXPECT_EQ(selected(suites), "wrong") << suites;
}

TEST(edhoc_messages, refuses_malformed_suites) {
    for (const char* suites : {"80", "81 02", "81 06", "9f 06 02 ff", "41 02", "f5", "60", "83 06 02", "82 06 60",
                               "82 82 06 02 02", "18 02", "82 06 18 02", "9a ff ff ff ff 06 02"})
        EXPECT_EQ(selected(suites), "malformed") << suites;
}

TEST(edhoc_messages, refuses_other_methods) {
    for (const char* method : {"00", "01", "02", "04", "18 03", "22", "41 03", "f5", ""})
        EXPECT_EQ(read(method + ("02" + g_x + "37")), result::malformed) << method;
}

TEST(edhoc_messages, refuses_an_ephemeral_key_of_another_size) {
    EXPECT_EQ(read("03 02 581f" + filler(31) + "37"), result::malformed);
    EXPECT_EQ(read("03 02 5821" + filler(33) + "37"), result::malformed);
    EXPECT_EQ(read("03 02 40 37"), result::malformed);
    EXPECT_EQ(read("03 02 7820" + x + "37"), result::malformed) << "a text string";
    EXPECT_EQ(read("03 06 5830" + filler(48) + "37"), result::wrong_suite) << "of another curve";
}

TEST(edhoc_messages, reads_c_i_of_each_kind) {
    const auto c_i = [](const packet& encoded) -> std::optional<packet> {
        const packet message = "03 02" + g_x + encoded;
        const message_1 in{message, 2};
        if (in.status != result::accepted) return std::nullopt;
        return packet{in.c_i};
    };
    EXPECT_EQ(c_i("00"), "00");
    EXPECT_EQ(c_i("37"), "37");
    EXPECT_EQ(c_i("40"), "");
    EXPECT_EQ(c_i("41 18"), "18");
    EXPECT_EQ(c_i("47 01020304050607"), "01020304050607");
    for (const char* wrong : {"", "48 0102030405060708", "18 18", "41 00", "41", "61 18", "f5", "80", "57"})
        EXPECT_EQ(c_i(wrong), std::nullopt) << wrong;
}

result with_ead(const packet& ead) { return read("03 02" + g_x + "37" + ead); }

TEST(edhoc_messages, ignores_padding_and_uncritical_ead) {
    for (const char* ead : {"00", "00 43 000000", "01", "01 40", "18 64 42 0102", "00 00 00", "05 41 ff 00 40 17",
                            "1a ff ff ff ff 41 00"})
        EXPECT_EQ(with_ead(ead), result::accepted) << ead;
}

TEST(edhoc_messages, refuses_critical_ead) {
    for (const char* ead : {"20", "20 40", "37", "38 64 41 00", "00 41 00 20", "3a ff ff ff ff"})
        EXPECT_EQ(with_ead(ead), result::malformed) << ead;
}

TEST(edhoc_messages, refuses_malformed_ead) {
    for (const char* ead : {"40", "41 00", "00 40 40", "01 60", "f5", "80", "a0", "18", "18 05", "01 42 00", "ff", "1c",
                            "1b ff ff ff ff ff ff ff ff"})
        EXPECT_EQ(with_ead(ead), result::malformed) << ead;
}

// Each message that is cut off is malformed, and none is read beyond its end: the sanitizers see to that.
TEST(edhoc_messages, refuses_each_beginning_of_message_1) {
    const packet whole = "03 82 06 02" + g_x + "42 0102 05 42 0304";
    ASSERT_EQ(read(whole), result::accepted);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const packet cut{whole.view().first(size)};
        const bool is_whole_without_ead = size == whole.size() - 4 || size == whole.size() - 3;
        EXPECT_EQ(read(cut), is_whole_without_ead ? result::accepted : result::malformed) << size;
    }
}

TEST(edhoc_messages, reads_plaintext_3_of_rfc_9529) {
    const plaintext_3 in{method_3::plaintext_3, 8};
    ASSERT_TRUE(in.is_valid);
    EXPECT_EQ(packet{in.all}, method_3::plaintext_3);
    EXPECT_EQ(packet{in.kid}, "2b");
    EXPECT_EQ(packet{in.mac}, method_3::mac_3);
    EXPECT_TRUE(in.ead.empty());
    EXPECT_FALSE((plaintext_3{method_0::plaintext_3, 8}.is_valid)) << "its ID_CRED is a map";
}

TEST(edhoc_messages, reads_plaintext_3_with_ead) {
    const packet plaintext = "43 010203 50" + filler(16) + "05 41 00";
    const plaintext_3 in{plaintext, 16};
    ASSERT_TRUE(in.is_valid);
    EXPECT_EQ(packet{in.kid}, "010203");
    EXPECT_EQ(packet{in.mac}, filler(16));
    EXPECT_EQ(packet{in.ead}, "05 41 00");
}

TEST(edhoc_messages, refuses_malformed_plaintexts) {
    const packet mac = "48" + filler(8);
    for (const packet& wrong :
         {packet{}, packet{"2b"}, mac, "a1 04 41 2b" + mac, "41 2b" + mac, "18 2b" + mac, "2b 47" + filler(7),
          "2b 50" + filler(16), "2b 68" + filler(8), "2b" + mac + "20", "2b" + mac + "40", "2b" + mac + "01 41"})
        EXPECT_FALSE((plaintext_3{wrong, 8}.is_valid)) << ::testing::PrintToString(wrong);
    const packet good = "2b" + mac + "01 40";
    EXPECT_TRUE((plaintext_3{good, 8}.is_valid));
}

// In a constant expression, an access beyond the message does not compile.
constexpr result read_constant(std::size_t size) {
    std::array<byte, 39> message{0x03, 0x82, 0x06, 0x02, 0x58, 0x20};
    message[38] = 0x37;
    return message_1{bytes{message}.first(size), 2}.status;
}
static_assert([] {
    for (std::size_t size = 0; size < 39; ++size)
        if (read_constant(size) != result::malformed) return false;
    return read_constant(39) == result::accepted;
}());

TEST(edhoc_messages, has_a_head_of_two_bytes_in_message_2) {
    message_2 out{};
    out.set_size(message_2::max_plaintext_size);
    EXPECT_EQ(out.value().size(), message_2::max_size);
    EXPECT_EQ(packet{out.value().first(2)}, "58 3f");
}

}  // namespace
}  // namespace mincoap::security::edhoc
