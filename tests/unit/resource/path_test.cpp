#include <gtest/gtest.h>

#include <mincoap/resource/path.hpp>

#include "../../support/packet.hpp"

namespace mincoap {
namespace {

using test::filler;
using test::packet;

template <text_literal Path>
packet encoded() {
    return packet{bytes{encoded_path<Path>}};
}

// RFC 7252 §3.1: consecutive options of the same number have delta 0. A length from 13 on has an extra byte.
TEST(encoded_path, is_what_stands_in_a_request) {
    EXPECT_EQ(encoded<"">(), packet{});
    EXPECT_EQ(encoded<"a">(), packet{"01 'a'"});
    EXPECT_EQ(encoded<"sensors/t">(), packet{"07 'sensors' 01 't'"});
    EXPECT_EQ(encoded<".well-known/core">(), packet{"0b '.well-known' 04 'core'"});
    EXPECT_EQ(encoded<"twelve_bytes">(), packet{"0c 'twelve_bytes'"});
    EXPECT_EQ(encoded<"thirteen_byte">(), packet{"0d 00 'thirteen_byte'"});
    EXPECT_EQ(encoded<"fourteen_bytes/x">(), packet{"0d 01 'fourteen_bytes' 01 'x'"});
    EXPECT_EQ(encoded<"%41 \xc3\xa4?">(), packet{"07 '%41 ' c3 a4 '?'"}) << "as it is written, so it arrives";
}

TEST(text_literal, knows_valid_segments) {
    using detail::has_valid_segments;
    static_assert(has_valid_segments(""));
    static_assert(has_valid_segments("a/b"));
    static_assert(!has_valid_segments("/"));
    static_assert(!has_valid_segments("a/"));
    static_assert(!has_valid_segments("a//b"));
    EXPECT_TRUE(has_valid_segments(std::string(255, 'x')));
    EXPECT_FALSE(has_valid_segments(std::string(256, 'x')));
}

}  // namespace
}  // namespace mincoap
