// Chaskey-12 against the values that its designers publish.
#include <mincoap/security/chaskey.hpp>

#include <gtest/gtest.h>

#include "counting.hpp"

namespace mincoap::security {
namespace {

// From chaskey12.c, the reference implementation: the key 00 11 22 ... ff, and the message 00 01 02 ...
constexpr key stairs{0x3322'1100, 0x7766'5544, 0xbbaa'9988, 0xffee'ddcc};

// The key of their implementation for speed, and the same message.
constexpr key random{0x833d'3433, 0x009f'389f, 0x2398'e64f, 0x417a'cf39};

constexpr std::uint64_t of_first(const key& secret, std::size_t blocks) {
    return chaskey::tag(secret, std::span{test::counting}.first(blocks));
}

TEST(chaskey, is_what_its_designers_publish) {
    static_assert(of_first(stairs, 1) == 0x5023'9bbe'd770'39d1);  // d1 39 70 d7 be 9b 23 50
    static_assert(of_first(stairs, 2) == 0x84bf'1026'41c2'65b4);  // b4 65 c2 41 26 10 bf 84
    static_assert(of_first(stairs, 3) == 0xb48d'aec5'077f'04aa);  // aa 04 7f 07 c5 ae 8d b4
    static_assert(of_first(random, 1) == 0xfb5e'ac8c'5dd0'e2a9);  // a9 e2 d0 5d 8c ac 5e fb
    static_assert(of_first(random, 2) == 0x07c6'47fa'7796'2784);  // 84 27 96 77 fa 47 c6 07
    static_assert(of_first(random, 3) == 0x8f34'677f'f36e'748b);  // 8b 74 6e f3 7f 67 34 8f
    EXPECT_EQ(of_first(stairs, 2), 0x84bf'1026'41c2'65b4) << "also when it is not the compiler that computes it";
    EXPECT_EQ(of_first(random, 2), 0x07c6'47fa'7796'2784);
}

}  // namespace
}  // namespace mincoap::security
