// SipHash-2-4 against the values that its authors publish with their implementation.
#include <mincoap/security/siphash.hpp>

#include <gtest/gtest.h>

#include "counting.hpp"

namespace mincoap::security {
namespace {

// The key 00 01 02 ... 0f, and the message 00 01 02 ...
constexpr std::uint64_t of_first(std::size_t blocks) {
    return siphash::tag(test::counting[0], std::span{test::counting}.first(blocks));
}

TEST(siphash, is_what_its_authors_publish) {
    static_assert(of_first(0) == 0x726f'db47'dd0e'0e31);  // 31 0e 0e dd 47 db 6f 72
    static_assert(of_first(1) == 0x3f2a'cc7f'57c2'9bdb);  // db 9b c2 57 7f cc 2a 3f
    static_assert(of_first(2) == 0x7127'512f'72f2'7cce);  // ce 7c f2 72 2f 51 27 71
    static_assert(of_first(3) == 0xe612'a3cb'9ecb'a951);  // 51 a9 cb 9e cb a3 12 e6
    EXPECT_EQ(of_first(2), 0x7127'512f'72f2'7cce);
}

}  // namespace
}  // namespace mincoap::security
