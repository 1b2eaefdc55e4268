// Structs as maps: what is written, what is read, and what is refused, and how.
#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include <mincoap/cbor/fields.hpp>

#include "written.hpp"

namespace mincoap {
namespace {

using cbor::decode_as;
using cbor::mode;
using cbor::read_error;
using test::filler;
using test::packet;
using test::written_cbor;

constexpr auto none = read_error::none;
constexpr auto malformed = read_error::malformed;
constexpr auto unexpected = read_error::unexpected;

// What a record is as a map, and the error of reading a map into one that `to` then is.
template <typename Record, typename... Fields>
packet written(const Record& r, const record_fields<Record, Fields...>& f, cbor::member_set members = ~0U) {
    return written_cbor([&](cbor::writer& to) { f.encode(r, to, members & f.all); });
}
template <mode Mode = mode::lenient, typename Record, typename... Fields>
read_error read(const packet& map, Record& to, const record_fields<Record, Fields...>& f,
                decode_as kind = decode_as::whole) {
    return f.template decode<Mode>(map, to, kind);
}

// ---- Keys

struct letters {
    byte a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8, i = 9;
};

// RFC 8949 §4.2.1: "sorted in the bytewise lexicographic order of their deterministic encodings"; the keys are those of
// its example, and others on the borders between two sizes.
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

constexpr auto mixed = fields(field<0>(&letters::a), field<"0">(&letters::b), field<-1>(&letters::c));
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

// ---- Reading as a whole

TEST(decode, takes_each_member_once_in_any_order) {
    letters r;
    EXPECT_EQ(read("a3 2007 0005 613006", r, mixed), none);
    EXPECT_EQ(written(r, mixed), "a3 0005 2007 613006");
    EXPECT_EQ(read("bf 613001 2002 0003 ff", r, mixed), none);
    EXPECT_EQ(written(r, mixed), "a3 0003 2002 613001");
}

TEST(decode, misses_what_is_not_there) {
    letters r;
    EXPECT_EQ(read("a2 0001 2001", r, mixed), unexpected);
    EXPECT_EQ(read("a0", r, mixed), unexpected);
    EXPECT_EQ(read("bfff", r, mixed), unexpected);
    EXPECT_EQ(read("a0", r, mixed, decode_as::patch), none);
    EXPECT_EQ(read("bfff", r, mixed, decode_as::patch), none);
}

TEST(decode, leaves_the_other_members_where_it_is_changes) {
    letters r;
    EXPECT_EQ(read("a1 20182a", r, mixed, decode_as::patch), none);
    EXPECT_EQ(written(r, mixed), "a3 0001 20182a 613002");
}

TEST(decode, takes_one_map_and_nothing_behind) {
    letters r;
    for (const packet map : {"", "a1", "a100", "a20001", "bf", "bf0001", "bf00ff", "a1 001c", "a1 1c00", "a0 00",
                             "a0 a0", "a1 0001 00", "ff", "bb ffffffffffffffff", "bf0001ff00"})
        EXPECT_EQ(read(map, r, mixed, decode_as::patch), malformed) << testing::PrintToString(map);
    for (const packet map : {"80", "00", "60", "f6", "c0a0", "a4 0001 2001 613001 0101"})
        EXPECT_EQ(read(map, r, mixed, decode_as::patch), unexpected) << testing::PrintToString(map);
}

TEST(decode, tells_malformed_from_missing) {
    letters r;
    EXPECT_EQ(read("a1 0001 00", r, mixed), malformed) << "members are missing as well";
    EXPECT_EQ(read("a1 0001", r, mixed), unexpected);
}

// ---- The types of members

template <typename T>
struct one {
    byte front = 0xee;
    T value{};
    byte behind = 0xdd;
};

template <typename T>
constexpr auto field_of_one = fields(field<0>(&one<T>::value));

// What becomes of an item that is read as a T and written again; or the error.
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

// The least and the largest value, and those that are too small or too large by one.
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

enum class color : std::uint8_t { red, green, blue };
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

// Writing and reading are constant expressions, but for texts.
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

// Limits are of what comes in: what the device itself has is told as it is.
TEST(limits, are_none_for_writing) {
    limited r;
    r.percent = 200;
    EXPECT_EQ(written(r, limited_fields, 1), "a1 00 18c8");
}

// ---- Members that are read only

struct readings {
    byte set = 1;
    float measured = 1.5;
    bounded_text<8> serial = "a1b2";
    bounded_list<double, 2> history{0.5, -0.0};
};
constexpr auto readings_fields =
    fields(field<0>(&readings::set), field<1>(&readings::measured).read_only(), field<2>(&readings::serial).read_only(),
           field<3>(&readings::history).read_only());

TEST(read_only, members_are_written_and_need_not_be_read) {
    readings r;
    EXPECT_EQ(written(r, readings_fields), "a4 0001 01f93e00 0264'a1b2' 0382f93800f98000");
    EXPECT_EQ(read("a1 0002", r, readings_fields), none);
    EXPECT_EQ(r.set, 2);
    EXPECT_EQ(read("a1 01f93e00", r, readings_fields), unexpected) << "the other one is missing";
}

TEST(read_only, members_may_come_back_as_they_are) {
    readings r;
    EXPECT_EQ(read(written(r, readings_fields), r, readings_fields), none);
    EXPECT_EQ(read("a2 0002 01fb3ff8000000000000", r, readings_fields), none) << "in another form";
    r.measured = std::numeric_limits<float>::quiet_NaN();
    r.history = {std::numeric_limits<double>::quiet_NaN()};
    EXPECT_EQ(read("a3 0003 01f97e00 0381f97e00", r, readings_fields), none);
    EXPECT_EQ(r.set, 3);
}

// 0.0 / 0.0 has a sign on x86; all are written as 0xf97e00.
TEST(read_only, members_may_come_back_if_they_are_another_nan) {
    readings r;
    r.measured = -std::numeric_limits<float>::quiet_NaN();
    r.history = {};
    ASSERT_TRUE(r.history.push(-std::numeric_limits<double>::quiet_NaN()));
    EXPECT_EQ(read(written(r, readings_fields), r, readings_fields), none);
    EXPECT_EQ(read("a2 0002 01f97c00", r, readings_fields), unexpected) << "infinity is none";
    EXPECT_EQ(read("a2 0002 0381f97c00", r, readings_fields), unexpected);
}

TEST(read_only, members_do_not_change) {
    for (const packet map :
         {"a2 0002 01f93c00", "a2 0002 0264'a1b3'", "a2 0002 0260", "a2 0002 0380", "a2 0002 01f9be00",
          "a2 0002 0382f93800f90000", "a2 0002 0382f98000f93800", "a2 0002 01f5"}) {
        readings r;
        EXPECT_EQ(read(map, r, readings_fields), unexpected) << testing::PrintToString(map);
        EXPECT_EQ(written(r, readings_fields, 0b1110), written(readings{}, readings_fields, 0b1110));
    }
}

constexpr auto interleaved_fields =
    fields(field<"r">(&letters::a).read_only(), field<9>(&letters::b), field<-2>(&letters::c).read_only(),
           field<"w">(&letters::d), field<0>(&letters::e));
static_assert(interleaved_fields.writable == 0b10011, "in the order of the keys: 0, 9, -2, \"r\", \"w\"");
static_assert(mixed.writable == mixed.all);

TEST(read_only, members_are_left_out_of_what_is_saved) {
    const letters saved{11, 12, 13, 14, 15, 6, 7, 8, 9};
    const packet map = written(saved, interleaved_fields, interleaved_fields.writable);
    EXPECT_EQ(map, "a3 000f 090c 61'w'0e");
    letters fresh;
    EXPECT_EQ(read<mode::deterministic>(map, fresh, interleaved_fields), none);
    EXPECT_EQ(written(fresh, interleaved_fields), "a5 000f 090c 2103 61'r'01 61'w'0e");
    EXPECT_EQ(read(written(saved, interleaved_fields), fresh, interleaved_fields), unexpected)
        << "the others are not the same";
}

TEST(read_only, members_may_be_all_that_there_are) {
    constexpr auto given = fields(field<0>(&letters::a).read_only(), field<1>(&letters::b).read_only());
    static_assert(given.writable == 0);
    letters fresh;
    EXPECT_EQ(written(letters{}, given, given.writable), "a0");
    EXPECT_EQ(read("a0", fresh, given), none);
}

// ---- The deterministic encoding (RFC 8949 §4.2.1)

TEST(deterministic, takes_what_is_written) {
    letters r{9, 9, 9, 9, 9, 9, 9, 9, 9};
    EXPECT_EQ(read<mode::deterministic>("a3 0001 2003 613002", r, mixed), none);
    EXPECT_EQ(written(r, mixed), written(letters{}, mixed));
}

TEST(deterministic, refuses_every_other_form) {
    letters r;
    for (const packet map :
         {"b803 0001 2003 613002", "a3 180001 2003 613002", "a3 001801 2003 613002", "a3 0001 2003 78013002"})
        EXPECT_EQ(read<mode::deterministic>(map, r, mixed), malformed) << testing::PrintToString(map);
    EXPECT_NE(read<mode::deterministic>("bf 0001 2003 613002 ff", r, mixed), none);
    for (const packet map : {"a3 2003 0001 613002", "a3 0001 613002 2003", "a3 613002 2003 0001", "a3 0001 0001 2003"})
        EXPECT_EQ(read<mode::deterministic>(map, r, mixed), unexpected) << testing::PrintToString(map);
}

TEST(deterministic, has_no_order_in_a_selection) {
    cbor::member_set members = 0;
    EXPECT_EQ(mixed.select<mode::deterministic>(packet{"83 6130 00 20"}, members), none);
    EXPECT_EQ(mixed.select<mode::deterministic>(packet{"81 1800"}, members), malformed);
}

// ---- Selections

TEST(selection, is_of_the_members_whose_keys_are_named) {
    const auto selected = [](const packet& keys) -> packet {
        cbor::member_set members = ~0U;
        const read_error error = mixed.select(keys, members);
        return error == none ? written(letters{}, mixed, members) : error == malformed ? "'malformed'" : "'unexpected'";
    };
    EXPECT_EQ(selected("80"), "a0");
    EXPECT_EQ(selected("9fff"), "a0");
    EXPECT_EQ(selected("81 20"), "a1 2003");
    EXPECT_EQ(selected("82 6130 00"), "a2 0001 613002") << "in the order of the keys";
    EXPECT_EQ(selected("9f 20 00 6130 ff"), written(letters{}, mixed));
    for (const packet keys : {"8101", "816131", "82 00 00", "82 00 1800", "84 00 20 6130 01", "a0", "00", "8180", "60"})
        EXPECT_EQ(selected(keys), "'unexpected'") << testing::PrintToString(keys);
    for (const packet keys : {"", "81", "8000", "9f00", "811c", "9bffffffffffffffff"})
        EXPECT_EQ(selected(keys), "'malformed'") << testing::PrintToString(keys);
}

// ---- Records

template <std::size_t... Index>
constexpr auto many_fields(std::index_sequence<Index...>) {
    struct many {
        std::array<byte, 1> unused{};
        byte last = 7;
    };
    return fields(field<static_cast<int>(Index)>(&many::last)...);
}

TEST(records, have_up_to_32_fields) {
    static constexpr auto all = many_fields(std::make_index_sequence<32>{});
    EXPECT_EQ(all.all, 0xffff'ffff);
    decltype(all)::record r;
    const packet map = written(r, all);
    EXPECT_EQ(map.size(), 2U + 32 * 2 + 8) << "eight keys take two bytes";
    EXPECT_EQ(read(map, r, all), none);
    EXPECT_EQ(written(r, all, 0x8000'0000), "a1 181f 07");
    EXPECT_EQ(read("a1 182008", r, all, decode_as::patch), unexpected);
}

TEST(records, have_one_field_at_least) {
    EXPECT_EQ(written(one<bool>{}, field_of_one<bool>), "a1 00f4");
    EXPECT_EQ(field_of_one<bool>.all, 1U);
}

struct base {
    std::uint32_t first = 1;
};
static_assert(cbor::detail::offset_of(&base::first) == 0);
struct padded {
    byte a = 1;
    std::uint64_t b = 2;
    byte c = 3;
    base inner;
    std::array<byte, 3> skipped{};
    std::uint16_t d = 4;
    constexpr padded() {}  // NOLINT(*-equals-default): a constructor that is not trivial
};
static_assert(cbor::detail::offset_of(&padded::b) == alignof(std::uint64_t));
static_assert(cbor::detail::offset_of(&padded::c) == cbor::detail::offset_of(&padded::b) + 8);

TEST(records, find_their_members_whatever_is_between) {
    constexpr auto f = fields(field<0>(&padded::d), field<1>(&padded::c), field<2>(&padded::b), field<3>(&padded::a));
    padded r;
    EXPECT_EQ(written(r, f), "a4 0004 0103 0202 0301");
    EXPECT_EQ(read("a4 0005 0106 0207 0308", r, f), none);
    EXPECT_EQ(r.d, 5);
    EXPECT_EQ(r.c, 6);
    EXPECT_EQ(r.b, 7U);
    EXPECT_EQ(r.a, 8);
    EXPECT_EQ(r.inner.first, 1U);
}

// ---- Anything at all

struct everything {
    bool flag = false;
    std::int8_t small = 0;
    std::uint64_t large = 0;
    double number = 0;
    float single = 0;
    color shade = color::red;
    bounded_text<6> text;
    bounded_bytes<6> data;
    bounded_list<std::int32_t, 4> list;
};
constexpr auto everything_fields =
    fields(field<1>(&everything::flag), field<-7>(&everything::small), field<1000>(&everything::large),
           field<"number">(&everything::number), field<"n">(&everything::single), field<4>(&everything::shade),
           field<5>(&everything::text), field<"data">(&everything::data), field<0>(&everything::list));

template <typename T>
T any(std::mt19937_64& random) {
    return static_cast<T>(random() >> random() % 64);
}
everything any_record(std::mt19937_64& random) {
    everything r;
    r.flag = any<std::uint64_t>(random) % 2 != 0;
    r.small = any<std::int8_t>(random);
    r.large = any<std::uint64_t>(random);
    r.number = std::bit_cast<double>(random());
    r.single = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    r.shade = static_cast<color>(any<std::uint8_t>(random));
    for (auto n = random() % 7; n != 0; --n) {
        static_cast<void>(r.text.assign(std::string{r.text.view()} + static_cast<char>('a' + random() % 26)));
        static_cast<void>(r.data.assign(packet{r.data.view()} + filler(1, any<byte>(random))));
        static_cast<void>(r.list.push(any<std::int32_t>(random)));
    }
    return r;
}

TEST(any_record, comes_back_as_it_was_written) {
    std::mt19937_64 random{1};
    for (int i = 0; i < 20'000; ++i) {
        const everything r = any_record(random);
        const packet map = written(r, everything_fields);
        everything read_back = any_record(random);
        ASSERT_EQ(read<mode::deterministic>(map, read_back, everything_fields), none) << testing::PrintToString(map);
        ASSERT_EQ(written(read_back, everything_fields), map);
        ASSERT_EQ(read(map, read_back, everything_fields), none);
        const cbor::member_set some = static_cast<cbor::member_set>(random()) & everything_fields.all;
        everything partly;
        ASSERT_EQ(read(written(r, everything_fields, some), partly, everything_fields, decode_as::patch), none);
        ASSERT_EQ(written(partly, everything_fields, some), written(r, everything_fields, some));
    }
}

struct small {
    byte a = 7;
    bool b = true;
};
constexpr auto small_fields = fields(field<0>(&small::a).max(9), field<-1>(&small::b));

// Payloads of three bytes, all of them.
TEST(any_payload, of_three_bytes_is_refused_unless_it_is_a_map_of_one_member) {
    int taken = 0;
    int changed = 0;
    for (std::uint32_t n = 0; n < 0x100'0000; ++n) {
        const std::array map{static_cast<byte>(n >> 16), static_cast<byte>(n >> 8), static_cast<byte>(n)};
        small r;
        if (small_fields.decode(map, r, decode_as::patch) != none) continue;
        ++taken;
        changed += r.a != 7 || !r.b;
    }
    EXPECT_EQ(taken, 10 + 2 + 1) << "0 to 9, both bools, and the empty map with a count of two bytes";
    EXPECT_EQ(changed, 9 + 1);
}

// What is taken as deterministic is what is written, byte for byte.
TEST(any_payload, that_is_taken_as_deterministic_is_the_one_encoding) {
    std::mt19937_64 random{2};
    int taken = 0;
    for (int i = 0; i < 50'000; ++i) {
        packet map = written(any_record(random), everything_fields);
        for (auto n = random() % 3; n != 0; --n)
            map[static_cast<std::size_t>(random() % map.size())] = static_cast<byte>(random());
        everything r;
        if (read<mode::deterministic>(map, r, everything_fields) != none) continue;
        ++taken;
        ASSERT_EQ(written(r, everything_fields), map);
    }
    EXPECT_GT(taken, 10'000);
}

}  // namespace
}  // namespace mincoap
