// Members of each type, and their limits.
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "records.hpp"

namespace mincoap::test {
namespace {

// ---- The types of members

// Reads an item as a T and writes it again. Returns the written item or the error.
template <typename T, mode Mode = mode::lenient>
std::string again(const packet& item) {
    one<T> r;
    const read_error error = read<Mode>(packet{"a100"} + item, r, field_of_one<T>);
    EXPECT_EQ(r.front, 0xee);
    EXPECT_EQ(r.behind, 0xdd);
    if (error != none) return error == malformed ? "malformed" : "unexpected";
    const packet map = written(r, field_of_one<T>);
    return testing::PrintToString(packet{map.view().subspan(2)});
}
std::string same(const packet& item) { return testing::PrintToString(item); }

TEST(members, are_bools) {
    EXPECT_EQ(again<bool>("f4"), "f4");
    EXPECT_EQ(again<bool>("f5"), "f5");
    for (const packet item : {"00", "01", "f6", "f7", "e0", "60", "f97e00"})
        EXPECT_EQ(again<bool>(item), "unexpected") << testing::PrintToString(item);
    EXPECT_EQ(again<bool>("f814"), "malformed");
}

// Tests the least and the largest value, and the values just outside.
template <typename T>
void expect_range(const packet& below, const packet& least, const packet& largest, const packet& above) {
    EXPECT_EQ(again<T>(below), "unexpected");
    EXPECT_EQ(again<T>(least), same(least));
    EXPECT_EQ(again<T>(largest), same(largest));
    EXPECT_EQ(again<T>(above), "unexpected");
    for (const packet item : {"f5", "60", "40", "80", "f93c00", "c100", "c24101", "f6"})
        EXPECT_EQ(again<T>(item), "unexpected") << testing::PrintToString(item);
}
TEST(members, are_integers_of_every_size) {
    expect_range<std::uint8_t>("20", "00", "18ff", "190100");
    expect_range<std::int8_t>("3880", "387f", "187f", "1880");
    expect_range<std::uint16_t>("20", "00", "19ffff", "1a00010000");
    expect_range<std::int16_t>("398000", "397fff", "197fff", "198000");
    expect_range<std::uint32_t>("20", "00", "1affffffff", "1b0000000100000000");
    expect_range<std::int32_t>("3a80000000", "3a7fffffff", "1a7fffffff", "1a80000000");
    expect_range<std::uint64_t>("20", "00", "1bffffffffffffffff", "3bffffffffffffffff");
    expect_range<std::int64_t>("3b8000000000000000", "3b7fffffffffffffff", "1b7fffffffffffffff", "1b8000000000000000");
    expect_range<unsigned long long>("20", "00", "1bffffffffffffffff", "3bffffffffffffffff");
}

enum class level : std::int16_t { low = -300, high = 300 };
enum class wide : std::uint64_t { most = std::numeric_limits<std::uint64_t>::max() };
enum plain { zero, seven = 7 };
TEST(members, are_enums_by_their_numbers) {
    expect_range<color>("20", "00", "18ff", "190100");
    expect_range<level>("398000", "397fff", "197fff", "198000");
    expect_range<wide>("20", "00", "1bffffffffffffffff", "3bffffffffffffffff");
    EXPECT_EQ(again<plain>("07"), "07");
}

TEST(members, are_doubles_in_their_shortest_form) {
    for (const packet item :
         {"f90000", "f98000", "f93e00", "fa47c35000", "fb3ff199999999999a", "f97c00", "f9fc00", "f97e00"})
        EXPECT_EQ(again<double>(item), same(item));
    EXPECT_EQ(again<double>("fb3ff8000000000000"), "f9 3e 00");
    EXPECT_EQ(again<double>("fb7ff8000000000001"), "f9 7e 00");
    for (const packet item : {"f5", "60", "80", "c1f93c00", "f6"}) EXPECT_EQ(again<double>(item), "unexpected");
}

TEST(members, are_floats_to_the_nearest) {
    for (const packet item :
         {"f90000", "f98000", "f93e00", "fa47c35000", "fa3dcccccd", "f97c00", "f9fc00", "f97e00", "fa00000001"})
        EXPECT_EQ(again<float>(item), same(item));
    EXPECT_EQ(again<float>("fb3fb999999999999a"), "fa 3d cc cc cd") << "0.1";
    EXPECT_EQ(again<float>("fb47efffffe0000000"), "fa 7f 7f ff ff") << "the largest";
    EXPECT_EQ(again<float>("fb47f0000000000000"), "unexpected") << "2^128";
    EXPECT_EQ(again<float>("fbc7f0000000000000"), "unexpected");
    EXPECT_EQ(again<float>("fb7fefffffffffffff"), "unexpected");
    EXPECT_EQ(again<float>("fb0000000000000001"), "f9 00 00") << "too small is 0";
}

TEST(members, that_are_floats_take_integers) {
    EXPECT_EQ(again<float>("02"), "f9 40 00");
    EXPECT_EQ(again<double>("20"), "f9 bc 00");
    EXPECT_EQ(again<double>("1b0020000000000000"), "fa 5a 00 00 00");
    EXPECT_EQ(again<double>("1b0020000000000001"), "unexpected") << "no double is 2^53 + 1";
    EXPECT_EQ((again<float, mode::deterministic>("02")), "unexpected");
    EXPECT_EQ((again<double, mode::deterministic>("02")), "unexpected");
}

TEST(members, are_texts) {
    for (const packet item : {"60", "61'a'", "64'abcd'", "64 f09f9880", "61 00"})
        EXPECT_EQ(again<bounded_text<4>>(item), same(item));
    for (const packet item : {"65'abcde'", "41'a'", "7f61'a'ff", "00", "f6"})
        EXPECT_EQ(again<bounded_text<4>>(item), "unexpected") << testing::PrintToString(item);
    for (const packet item : {"61ff", "62c080", "63eda080", "62'a'"})
        EXPECT_EQ(again<bounded_text<4>>(item), "malformed") << testing::PrintToString(item);
}

TEST(members, are_byte_strings) {
    for (const packet item : {"40", "41 ff", "44 00010203"}) EXPECT_EQ(again<bounded_bytes<4>>(item), same(item));
    for (const packet item : {"45 0001020304", "61'a'", "5f4100ff", "80", "00"})
        EXPECT_EQ(again<bounded_bytes<4>>(item), "unexpected") << testing::PrintToString(item);
    EXPECT_EQ(again<bounded_bytes<4>>("4200"), "malformed");
}

TEST(members, are_lists) {
    using list = bounded_list<std::int16_t, 3>;
    for (const packet item : {"80", "8100", "83 00 397fff 197fff"}) EXPECT_EQ(again<list>(item), same(item));
    EXPECT_EQ(again<list>("9fff"), "80");
    EXPECT_EQ(again<list>("9f0102ff"), "82 01 02");
    for (const packet item : {"84 00000000", "9f00000000ff", "81 198000", "81 60", "8180", "a0", "40", "00"})
        EXPECT_EQ(again<list>(item), "unexpected") << testing::PrintToString(item);
    for (const packet item : {"81", "9f", "9f00", "9bffffffffffffffff", "811c"})
        EXPECT_EQ(again<list>(item), "malformed") << testing::PrintToString(item);
}

TEST(members, are_lists_of_anything_that_has_no_size) {
    EXPECT_EQ((again<bounded_list<bool, 2>>("82f4f5")), "82 f4 f5");
    EXPECT_EQ((again<bounded_list<float, 2>>("82f93e0001")), "82 f9 3e 00 f9 3c 00");
    EXPECT_EQ((again<bounded_list<color, 2>>("820118ff")), "82 01 18 ff");
    EXPECT_EQ((again<bounded_list<std::uint8_t, 2>>("820118ff")), "82 01 18 ff");
    EXPECT_EQ((again<bounded_list<std::uint64_t, 2>>("811bffffffffffffffff")), "81 1b ff ff ff ff ff ff ff ff");
    EXPECT_EQ((again<bounded_list<std::uint8_t, 2>>("420102")), "unexpected");
}

TEST(members, that_were_longer_are_read_anew) {
    one<bounded_list<std::uint8_t, 3>> r;
    r.value = {1, 2, 3};
    EXPECT_EQ(read("a1008104", r, field_of_one<bounded_list<std::uint8_t, 3>>), none);
    EXPECT_EQ(r.value, (bounded_list<std::uint8_t, 3>{4}));
}

// Writing and reading are constant expressions, except for texts.
constexpr bool round_trip() {
    const bounded_list<std::int16_t, 3> list{1, -500, 7};
    std::array<byte, 16> memory{};
    body_writer body{memory};
    cbor::writer to{body};
    cbor::detail::put(to, list);
    cbor::detail::put(to, 1.5F);

    cbor::reader in{bytes{memory}.first(body.size())};
    bounded_list<std::int16_t, 3> again;
    float number = 0;
    cbor::detail::take(in, again, cbor::detail::all_of<std::int16_t>);
    cbor::detail::take(in, number, {});
    return in.finish() == none && again == list && number == 1.5F;
}
static_assert(round_trip());

// ---- Limits

struct limited {
    std::uint8_t percent = 0;
    std::int16_t degrees = 0;
    std::uint64_t large = 0;
    color shade = color::red;
    bounded_list<std::int32_t, 2> list;
};
constexpr std::uint64_t huge = 0xffff'ffff'0000'0000;
constexpr auto limited_fields =
    fields(field<0>(&limited::percent).max(100), field<1>(&limited::degrees).min(-40).max(85),
           field<2>(&limited::large).min(huge).max(huge + 1),
           field<3>(&limited::shade).min(color::green).max(color::blue), field<4>(&limited::list).min(-1).max(1));

TEST(limits, are_taken_and_what_is_beyond_is_not) {
    const auto reads = [](const packet& map) {
        limited r;
        return read(map, r, limited_fields, decode_as::patch);
    };
    for (const packet map : {"a1 00 00", "a1 00 1864", "a1 01 3827", "a1 01 1855", "a1 02 1bffffffff00000000",
                             "a1 02 1bffffffff00000001", "a1 03 01", "a1 03 02", "a1 04 82 20 01"})
        EXPECT_EQ(reads(map), none) << testing::PrintToString(map);
    for (const packet map :
         {"a1 00 1865", "a1 00 20", "a1 01 3828", "a1 01 1856", "a1 02 1bfffffffeffffffff", "a1 02 00",
          "a1 02 1bffffffff00000002", "a1 03 00", "a1 03 03", "a1 04 81 21", "a1 04 82 00 02"})
        EXPECT_EQ(reads(map), unexpected) << testing::PrintToString(map);
}

// Limits apply to input only. The device's own value is written as it is.
TEST(limits, are_none_for_writing) {
    limited r;
    r.percent = 200;
    EXPECT_EQ(written(r, limited_fields, 1), "a1 00 18c8");
}

}  // namespace
}  // namespace mincoap::test
