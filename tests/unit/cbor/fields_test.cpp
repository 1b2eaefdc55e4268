// Structs as maps: writing them, reading them, and the errors for refused input.
#include <bit>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "records.hpp"

namespace mincoap::test {
namespace {

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

// On x86, 0.0 / 0.0 has a sign. Every NaN is written as 0xf97e00.
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

// Tries all payloads of three bytes.
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

// A payload that is accepted as deterministic equals the writer's output, byte for byte.
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
}  // namespace mincoap::test
