// SipHash-2-4 against the values that its authors publish with their implementation.
#include <mincoap/security/siphash.hpp>

#include <gtest/gtest.h>

namespace mincoap::security {
namespace {

// The key 00 01 02 ... 0f, and the message 00 01 02 ...; words are little-endian.
constexpr siphash counting{{0x0706'0504'0302'0100, 0x0f0e'0d0c'0b0a'0908}};
constexpr std::array<std::uint64_t, 4> message{0x0706'0504'0302'0100, 0x0f0e'0d0c'0b0a'0908, 0x1716'1514'1312'1110,
                                               0x1f1e'1d1c'1b1a'1918};

constexpr std::uint64_t of_first(std::size_t words) { return counting(std::span{message}.first(words)); }

TEST(siphash, is_what_its_authors_publish) {
    static_assert(of_first(0) == 0x726f'db47'dd0e'0e31);  // 31 0e 0e dd 47 db 6f 72
    static_assert(of_first(1) == 0x93f5'f579'9a93'2462);  // 62 24 93 9a 79 f5 f5 93
    static_assert(of_first(2) == 0x3f2a'cc7f'57c2'9bdb);  // db 9b c2 57 7f cc 2a 3f
    static_assert(of_first(3) == 0xb8ad'50c6'f649'af94);  // 94 af 49 f6 c6 50 ad b8
    static_assert(of_first(4) == 0x7127'512f'72f2'7cce);  // ce 7c f2 72 2f 51 27 71
    EXPECT_EQ(of_first(4), 0x7127'512f'72f2'7cce);
}

}  // namespace
}  // namespace mincoap::security
