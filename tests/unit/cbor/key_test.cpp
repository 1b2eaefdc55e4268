// Keys of members: integers and texts, their order, and keys that a record does not have.
#include <gtest/gtest.h>

#include "records.hpp"

namespace mincoap::test {
namespace {

// RFC 8949 §4.2.1: "sorted in the bytewise lexicographic order of their deterministic encodings". The keys are those of
// its example, and others at the borders between two sizes.
TEST(keys, are_in_the_order_of_their_encoded_bytes) {
    constexpr auto given = fields(field<"aa">(&letters::a), field<"z">(&letters::b), field<-1>(&letters::c),
                                  field<100>(&letters::d), field<10>(&letters::e), field<"">(&letters::f),
                                  field<-25>(&letters::g), field<"b">(&letters::h), field<65536>(&letters::i));
    EXPECT_EQ(written(letters{}, given), "a9 0a05 186404 1a0001000009 2003 381807 6006 616208 617a02 62616101");
}

TEST(keys, are_any_integer_of_32_bits) {
    constexpr auto given =
        fields(field<0>(&letters::a), field<23>(&letters::b), field<24>(&letters::c), field<2147483647>(&letters::d),
               field<-2147483648LL>(&letters::e), field<-24>(&letters::f), field<255U>(&letters::g));
    const packet map = "a7 0001 1702 181803 18ff07 1a7fffffff04 3706 3a7fffffff05";
    EXPECT_EQ(written(letters{}, given), map);
    letters r{0, 0, 0, 0, 0, 0, 0, 0, 0};
    EXPECT_EQ(read(map, r, given), none);
    EXPECT_EQ(written(r, given), map);
}

TEST(keys, that_are_texts_are_their_bytes) {
    constexpr auto given = fields(field<"ä">(&letters::a), field<"with\0zero">(&letters::b), field<"with">(&letters::c),
                                  field<"a name of more than 23 bytes">(&letters::d));
    const packet map = "a4 62c3a401 64'with'03 69'with'00'zero'02 781c'a name of more than 23 bytes'04";
    EXPECT_EQ(written(letters{}, given), map);
    letters r{};
    EXPECT_EQ(read(map, r, given), none);
    EXPECT_EQ(read("a1 63'wit'00", r, given, decode_as::patch), unexpected);
    EXPECT_EQ(read("a1 65'with'0000", r, given, decode_as::patch), unexpected);
}

constexpr auto numbered = fields(field<0>(&letters::a), field<1>(&letters::b));

TEST(keys, of_another_kind_are_other_keys) {
    letters r;
    EXPECT_EQ(read("a1 0009", r, mixed, decode_as::patch), none);
    EXPECT_EQ(r.a, 9);
    EXPECT_EQ(read("a1 61'0'08", r, mixed, decode_as::patch), none);
    EXPECT_EQ(r.b, 8);
    for (const packet map : {"a1 4130 00", "a1 f9000000", "a1 f400", "a1 8000", "a1 c00000", "a1 a000", "a1 f600"})
        EXPECT_EQ(read(map, r, mixed, decode_as::patch), unexpected) << testing::PrintToString(map);
    EXPECT_EQ(read("a1 613000", r, numbered, decode_as::patch), unexpected);
}

TEST(keys, that_nobody_has_are_refused) {
    letters r;
    for (const packet map : {"a1 0200", "a1 2100", "a1 6131 00", "a1 6000", "a1 1b0000000100000000 00",
                             "a1 3b000000010000000000", "a1 1bffffffffffffffff00"})
        EXPECT_EQ(read(map, r, mixed, decode_as::patch), unexpected) << testing::PrintToString(map);
    EXPECT_EQ(read("a1 61ff00", r, mixed, decode_as::patch), malformed) << "no UTF-8";
}

// RFC 8949 §5.6: a map with a key twice is not valid.
TEST(keys, stand_there_once) {
    letters r;
    EXPECT_EQ(read("a2 0001 0001", r, mixed, decode_as::patch), unexpected);
    EXPECT_EQ(read("a2 0001 180001", r, mixed, decode_as::patch), unexpected) << "longer than need be";
    EXPECT_EQ(read("bf 613001 0001 613001 ff", r, mixed, decode_as::patch), unexpected);
}

}  // namespace
}  // namespace mincoap::test
