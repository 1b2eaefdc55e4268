#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <mincoap/cbor/reader.hpp>

#include "written.hpp"

namespace mincoap::cbor {
namespace {

using test::filler;
using test::packet;
using test::written_cbor;

template <typename Reader = reader>
read_error error_of(const packet& items, auto&& read) {
    Reader in{items};
    read(in);
    return in.finish();
}
read_error skipped(const packet& items) {
    return error_of(items, [](auto& in) { in.skip(); });
}
read_error skipped_strictly(const packet& items) {
    return error_of<deterministic_reader>(items, [](auto& in) { in.skip(); });
}

constexpr auto as_unsigned = [](auto& in) { in.unsigned_integer(); };
constexpr auto as_integer = [](auto& in) { in.integer(); };
constexpr auto as_byte_string = [](auto& in) { in.byte_string(); };
constexpr auto as_text_string = [](auto& in) { in.text_string(); };
constexpr auto as_array = [](auto& in) { in.array(); };
constexpr auto as_map = [](auto& in) { in.map(); };
constexpr auto as_tag = [](auto& in) { in.tag(); };
constexpr auto as_simple = [](auto& in) { in.simple(); };
constexpr auto as_boolean = [](auto& in) { in.boolean(); };
constexpr auto as_null = [](auto& in) { in.null(); };
constexpr auto as_undefined = [](auto& in) { in.undefined(); };
constexpr auto as_float = [](auto& in) { in.floating_point(); };
constexpr auto as_number = [](auto& in) { in.number(); };

void for_each_read(auto&& check) {
    check(as_unsigned), check(as_integer), check(as_byte_string), check(as_text_string), check(as_array);
    check(as_map), check(as_tag), check(as_simple), check(as_boolean), check(as_null), check(as_undefined);
    check(as_float), check(as_number);
}

// ---- What is malformed, and what unexpected

TEST(cbor_reader, finds_nothing_malformed) {
    for_each_read([](auto read) { EXPECT_EQ(error_of({}, read), read_error::malformed); });
    EXPECT_EQ(skipped({}), read_error::malformed);
}

// RFC 8949 §3, and its appendix F.
TEST(cbor_reader, finds_reserved_information_malformed) {
    for (unsigned major = 0; major < 8; ++major)
        for (unsigned information = 28; information < 31; ++information) {
            packet item = filler(1, static_cast<byte>(major << 5 | information));
            item = item + filler(20, 0);
            EXPECT_EQ(skipped(item), read_error::malformed) << major << " " << information;
            for_each_read([&](auto read) { EXPECT_EQ(error_of(item, read), read_error::malformed); });
        }
}

TEST(cbor_reader, finds_what_is_cut_off_malformed) {
    for (const packet& item :
         {packet{"18 18"}, packet{"19 01 00"}, packet{"1a 00 01 00 00"}, packet{"1b 00 00 00 01 00 00 00 00"},
          packet{"3b 00 00 00 01 00 00 00 00"}, packet{"43 01 02 03"}, packet{"58 03 01 02 03"}, packet{"63 'abc'"},
          packet{"83 01 02 03"}, packet{"a1 01 02"}, packet{"c1 01"}, packet{"f8 20"}, packet{"f9 3c 00"},
          packet{"fa 47 c3 50 00"}, packet{"fb 7e 37 e4 3c 88 00 75 9c"}, packet{"9f 01 ff"}, packet{"bf 01 02 ff"},
          packet{"5f 41 00 ff"}, packet{"7f 61 'a' ff"}})
        for (std::size_t size = 0; size <= item.size(); ++size)
            EXPECT_EQ(skipped(packet{item.view().first(size)}),
                      size == item.size() ? read_error::none : read_error::malformed)
                << testing::PrintToString(item) << " up to " << size;
}

TEST(cbor_reader, finds_a_second_item_malformed) {
    EXPECT_EQ(error_of("01 02", as_unsigned), read_error::malformed);
    EXPECT_EQ(skipped("80 80"), read_error::malformed);
}

// RFC 8949 §3.3: such a value has no second form.
TEST(cbor_reader, finds_two_bytes_of_a_small_simple_value_malformed) {
    for (unsigned value = 0; value < 32; ++value) {
        const packet item = packet{"f8"} + filler(1, static_cast<byte>(value));
        EXPECT_EQ(error_of(item, as_simple), read_error::malformed) << value;
        EXPECT_EQ(skipped(item), read_error::malformed) << value;
    }
    EXPECT_EQ(error_of("f8 20", as_simple), read_error::none);
}

TEST(cbor_reader, finds_a_break_out_of_place_malformed) {
    for (const char* const item : {"ff", "81 ff", "c1 ff", "a1 01 ff", "bf 01 ff", "bf 01 02 03 ff",
                                   "9f a1 01 ff 00 ff", "9f 81 ff ff", "9f c1 ff ff", "82 9f ff ff"})
        EXPECT_EQ(skipped(item), read_error::malformed) << item;
    for_each_read([](auto read) { EXPECT_EQ(error_of("ff", read), read_error::malformed); });
}

// RFC 8949 §3.2.3: of the same major type, and of definite length.
TEST(cbor_reader, finds_other_chunks_malformed) {
    for (const char* const item : {"5f 61 'a' ff", "7f 41 00 ff", "5f 00 ff", "5f 5f 41 00 ff ff", "7f 7f ff ff",
                                   "5f 80 ff", "5f c1 41 00 ff", "5f 41", "5f 41 00", "7f 5c ff"})
        EXPECT_EQ(skipped(item), read_error::malformed) << item;
    EXPECT_EQ(skipped("5f ff"), read_error::none);
    EXPECT_EQ(skipped("7f 60 61 'a' ff"), read_error::none);
}

TEST(cbor_reader, does_not_expect_another_type) {
    const packet items[] = {"00", "20", "40", "60", "80", "a0", "c1 00", "f0", "f4", "f6", "f7", "f9 00 00"};
    const auto taken = [&](auto read) {
        unsigned set = 0;
        for (unsigned i = 0; i < std::size(items); ++i) {
            reader in{items[i]};
            read(in);
            EXPECT_TRUE(!in.failed() || in.error() == read_error::unexpected) << i;
            set |= in.failed() ? 0U : 1U << i;
        }
        return set;
    };
    EXPECT_EQ(taken(as_unsigned), 0b0000'0000'0001U);
    EXPECT_EQ(taken([](auto& in) { in.negative_integer(); }), 0b0000'0000'0010U);
    EXPECT_EQ(taken(as_integer), 0b0000'0000'0011U);
    EXPECT_EQ(taken(as_byte_string), 0b0000'0000'0100U);
    EXPECT_EQ(taken(as_text_string), 0b0000'0000'1000U);
    EXPECT_EQ(taken(as_array), 0b0000'0001'0000U);
    EXPECT_EQ(taken(as_map), 0b0000'0010'0000U);
    EXPECT_EQ(taken(as_tag), 0b0000'0100'0000U);
    EXPECT_EQ(taken(as_simple), 0b0111'1000'0000U);
    EXPECT_EQ(taken(as_boolean), 0b0001'0000'0000U);
    EXPECT_EQ(taken(as_null), 0b0010'0000'0000U);
    EXPECT_EQ(taken(as_undefined), 0b0100'0000'0000U);
    EXPECT_EQ(taken(as_float), 0b1000'0000'0000U);
    EXPECT_EQ(taken(as_number), 0b1000'0000'0011U);
}

TEST(cbor_reader, names_the_type_that_comes) {
    const std::pair<packet, type> items[] = {
        {"00", type::unsigned_integer},
        {"3b", type::negative_integer},
        {"5f", type::byte_string},
        {"60", type::text_string},
        {"80", type::array},
        {"bf", type::map},
        {"d8", type::tag},
        {"e0", type::simple},
        {"f8 20", type::simple},
        {"f9", type::floating_point},
        {"fa", type::floating_point},
        {"fb", type::floating_point},
        {"ff", type::simple},
        {"", type::nothing},
    };
    for (const auto& [item, expected] : items) EXPECT_EQ(reader{item}.peek(), expected) << testing::PrintToString(item);
    const packet failed_items{"00"};
    reader failed{failed_items};
    failed.refuse();
    EXPECT_EQ(failed.peek(), type::nothing);
}

// ---- Limits

TEST(cbor_reader, holds_numbers_against_limits) {
    const auto up_to_100 = [](const packet& item) {
        reader in{item};
        EXPECT_TRUE(in.unsigned_integer(100) <= 100);
        return in.finish();
    };
    EXPECT_EQ(up_to_100("18 64"), read_error::none);
    EXPECT_EQ(up_to_100("18 65"), read_error::unexpected);
    EXPECT_EQ(up_to_100("1b ff ff ff ff ff ff ff ff"), read_error::unexpected);
    EXPECT_EQ(error_of("38 64", [](auto& in) { in.negative_integer(99); }), read_error::unexpected);
    EXPECT_EQ(error_of("38 63", [](auto& in) { in.negative_integer(99); }), read_error::none);
}

TEST(cbor_reader, reads_every_integer_of_64_bits) {
    const auto integer = [](const packet& item) {
        reader in{item};
        const std::int64_t value = in.integer();
        EXPECT_TRUE(in.at_end());
        return value;
    };
    EXPECT_EQ(integer("00"), 0);
    EXPECT_EQ(integer("20"), -1);
    EXPECT_EQ(integer("1b 7f ff ff ff ff ff ff ff"), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(integer("3b 7f ff ff ff ff ff ff ff"), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(error_of("1b 80 00 00 00 00 00 00 00", as_integer), read_error::unexpected);
    EXPECT_EQ(error_of("3b 80 00 00 00 00 00 00 00", as_integer), read_error::unexpected);
}

TEST(cbor_reader, holds_integers_against_limits) {
    const auto percent = [](const packet& item) { return error_of(item, [](auto& in) { in.integer(-5, 100); }); };
    EXPECT_EQ(percent("24"), read_error::none);
    EXPECT_EQ(percent("25"), read_error::unexpected);
    EXPECT_EQ(percent("18 64"), read_error::none);
    EXPECT_EQ(percent("18 65"), read_error::unexpected);
    const packet items{"25"};
    reader in{items};
    EXPECT_EQ(in.integer(-5, 100), 0);
}

TEST(cbor_reader, holds_strings_against_limits) {
    const auto up_to_3 = [](const packet& item) {
        reader in{item};
        EXPECT_LE(in.peek() == type::text_string ? in.text_string(3).size() : in.byte_string(3).size(), 3U);
        return in.finish();
    };
    EXPECT_EQ(up_to_3("63 'abc'"), read_error::none);
    EXPECT_EQ(up_to_3("64 'abcd'"), read_error::unexpected);
    EXPECT_EQ(up_to_3("64 'abc'"), read_error::malformed) << "cut off";
    EXPECT_EQ(up_to_3("43 01 02 03"), read_error::none);
    EXPECT_EQ(up_to_3("44 01 02 03 04"), read_error::unexpected);
}

TEST(cbor_reader, takes_no_text_that_is_not_utf8) {
    const packet items{"62 c3 28"};
    reader in{items};
    EXPECT_EQ(in.text_string(), "");
    EXPECT_EQ(in.finish(), read_error::malformed);
    EXPECT_EQ(error_of("63 ed a0 80", as_text_string), read_error::malformed) << "half of a surrogate pair";
    EXPECT_EQ(error_of("42 c3 28", as_byte_string), read_error::none);
}

// Such a string is not contiguous, so no view can refer to it.
TEST(cbor_reader, does_not_expect_strings_of_indefinite_length) {
    EXPECT_EQ(error_of("5f 41 00 ff", as_byte_string), read_error::unexpected);
    EXPECT_EQ(error_of("7f 61 'a' ff", as_text_string), read_error::unexpected);
    EXPECT_EQ(error_of<deterministic_reader>("5f 41 00 ff", as_byte_string), read_error::malformed);
}

TEST(cbor_reader, does_not_expect_an_indefinite_length_of_another_type) {
    for (const char* const item : {"5f ff", "7f ff", "9f ff", "bf ff"})
        EXPECT_EQ(error_of(item, as_unsigned), read_error::unexpected) << item;
    for (const char* const item : {"1f", "3f", "df"})
        EXPECT_EQ(error_of(item, as_array), read_error::malformed) << item;
}

// No device has a buffer of 2^64 - 1 bytes.
TEST(cbor_reader, takes_no_length_beyond_the_message) {
    for (const char* const item :
         {"5b ff ff ff ff ff ff ff ff 00", "5b 00 00 00 01 00 00 00 01 00", "7b ff ff ff ff ff ff ff ff 00",
          "9b ff ff ff ff ff ff ff ff 00", "bb ff ff ff ff ff ff ff ff 00 00", "bb 80 00 00 00 00 00 00 00 00 00",
          "9b 00 00 00 01 00 00 00 01 00", "82 00", "a1 00", "82 82 00 00", "a1 a1 00 00",
          "84 9b ff ff ff ff ff ff ff fd"})
        EXPECT_EQ(skipped(item), read_error::malformed) << item;
    EXPECT_EQ(error_of("9b ff ff ff ff ff ff ff ff 00", as_array), read_error::malformed);
    EXPECT_EQ(error_of("bb 80 00 00 00 00 00 00 01 00 00", as_map), read_error::malformed);
    EXPECT_EQ(error_of("82 00", as_array), read_error::malformed);
    const packet items{"a2 00 00 00"};
    reader in{items};
    EXPECT_EQ(in.map().count(), 0U);
    EXPECT_EQ(in.error(), read_error::malformed) << "there are three items, and not two pairs";
}

// ---- Arrays and maps

std::uint64_t sum(auto& in, std::size_t max_count = unlimited) {
    std::uint64_t total = 0;
    for (auto left = in.array(max_count); in.next(left);) total += in.unsigned_integer();
    return total;
}

TEST(cbor_reader, counts_items_down) {
    const packet items{"83 01 02 03"};
    reader in{items};
    auto left = in.array();
    EXPECT_EQ(left.count(), 3U);
    EXPECT_FALSE(left.is_indefinite());
    for (std::size_t expected = 2; in.next(left); --expected) {
        EXPECT_EQ(left.count(), expected);
        in.skip();
    }
    EXPECT_FALSE(in.next(left));
    EXPECT_TRUE(in.at_end());
}

TEST(cbor_reader, reads_to_the_break) {
    const packet items{"9f 01 02 ff 03"};
    reader in{items};
    auto left = in.array(5);
    EXPECT_TRUE(left.is_indefinite());
    EXPECT_TRUE(in.next(left));
    EXPECT_EQ(in.unsigned_integer(), 1U);
    EXPECT_TRUE(in.next(left));
    EXPECT_EQ(in.unsigned_integer(), 2U);
    EXPECT_FALSE(in.next(left));
    EXPECT_FALSE(in.next(left)) << "what follows the break is not of the array";
    EXPECT_EQ(in.unsigned_integer(), 3U);
    EXPECT_TRUE(in.at_end());
}

TEST(cbor_reader, holds_counts_against_limits) {
    const auto up_to_2 = [](const packet& item) { return error_of(item, [](auto& in) { sum(in, 2); }); };
    EXPECT_EQ(up_to_2("82 01 02"), read_error::none);
    EXPECT_EQ(up_to_2("83 01 02 03"), read_error::unexpected);
    EXPECT_EQ(up_to_2("9f 01 02 ff"), read_error::none);
    EXPECT_EQ(up_to_2("9f 01 02 03 ff"), read_error::unexpected);
    EXPECT_EQ(up_to_2("9f 01 02"), read_error::malformed);
    EXPECT_EQ(error_of("a2 01 02 03 04", [](auto& in) { in.map(1); }), read_error::unexpected);
}

TEST(cbor_reader, ends_every_loop_once_it_failed) {
    const packet items{"9f 01 60"};
    reader in{items};
    EXPECT_EQ(sum(in), 1U);
    EXPECT_EQ(in.error(), read_error::unexpected);
    auto left = in.array();
    EXPECT_FALSE(in.next(left));

    const packet cut_off_items{"9f 01"};
    reader cut_off{cut_off_items};
    auto unread = cut_off.array();
    EXPECT_TRUE(cut_off.next(unread));
    cut_off.skip();
    EXPECT_FALSE(cut_off.next(unread));
    EXPECT_EQ(cut_off.finish(), read_error::malformed);
}

TEST(cbor_reader, finds_a_key_without_a_value_malformed) {
    const auto read_pairs = [](auto& in) {
        for (auto pairs = in.map(); in.next(pairs);) in.unsigned_integer(), in.unsigned_integer();
    };
    EXPECT_EQ(error_of("bf 01 02 ff", read_pairs), read_error::none);
    EXPECT_EQ(error_of("bf 01 ff", read_pairs), read_error::malformed);
}

// ---- Failure

TEST(cbor_reader, stays_failed_and_reads_zeros) {
    const packet items{"61 'a' 05 f5 41 00 f9 3c 00"};
    reader in{items};
    EXPECT_EQ(in.unsigned_integer(), 0U);
    EXPECT_TRUE(in.failed());
    EXPECT_FALSE(in.at_end());
    EXPECT_EQ(in.unsigned_integer(), 0U);
    EXPECT_EQ(in.integer(-9, -5), 0);
    EXPECT_FALSE(in.boolean());
    EXPECT_TRUE(in.byte_string().empty());
    EXPECT_EQ(in.text_string(), "");
    EXPECT_EQ(in.floating_point(), 0.0);
    EXPECT_EQ(in.number(), 0.0);
    EXPECT_EQ(in.array().count() + in.map().count(), 0U);
    EXPECT_TRUE(in.item().empty());
    EXPECT_EQ(in.finish(), read_error::unexpected) << "the first error is the one that stays";
}

TEST(cbor_reader, fails_for_who_refuses_what_it_read) {
    const packet items{"05"};
    reader in{items};
    EXPECT_EQ(in.unsigned_integer(), 5U);
    in.refuse();
    EXPECT_EQ(in.finish(), read_error::unexpected);
}

TEST(cbor_reader, reads_a_sequence_to_its_end) {
    const packet items{"01 02 03"};
    reader in{items};
    unsigned count = 0;
    for (; !in.failed() && !in.at_end(); ++count) in.unsigned_integer();
    EXPECT_EQ(count, 3U);
    EXPECT_EQ(in.finish(), read_error::none);
}

// ---- Skipping

TEST(cbor_reader, skips_one_item) {
    for (const char* const item :
         {"00", "38 ff", "43 01 02 03", "63 'abc'", "83 01 82 02 03 04", "a2 01 02 03 a0", "c1 d8 20 00", "f4", "f8 ff",
          "fb 00 00 00 00 00 00 00 00", "9f bf 01 9f ff 02 80 ff 5f 41 00 ff ff"}) {
        const packet with_more = packet{item} + packet{"05"};
        reader in{with_more};
        EXPECT_EQ(packet{in.item()}, packet{item});
        EXPECT_EQ(in.unsigned_integer(), 5U) << item;
        EXPECT_TRUE(in.at_end()) << item;
    }
}

TEST(cbor_reader, skips_any_nesting_of_definite_lengths_and_tags) {
    EXPECT_EQ(skipped(filler(100'000, 0x81) + packet{"00"}), read_error::none);
    EXPECT_EQ(skipped(filler(100'000, 0xc1) + packet{"00"}), read_error::none);
    EXPECT_EQ(skipped(filler(100'000, 0x81)), read_error::malformed);
}

TEST(cbor_reader, skips_so_many_nested_indefinite_lengths_and_no_more) {
    const auto nested = [](std::size_t depth, byte head) { return filler(depth, head) + filler(depth, 0xff); };
    EXPECT_EQ(skipped(nested(max_indefinite_depth, 0x9f)), read_error::none);
    EXPECT_EQ(skipped(nested(max_indefinite_depth + 1, 0x9f)), read_error::unexpected);
    const packet maps = packet{"bf 00 bf 00 bf 00 bf 00 bf 00 bf 00 bf 00 bf"};
    EXPECT_EQ(skipped(maps + filler(8, 0xff)), read_error::none);
    EXPECT_EQ(skipped(maps + packet{"00 bf"} + filler(9, 0xff)), read_error::unexpected);
    EXPECT_EQ(skipped(packet{"9f"} + nested(7, 0x9f) + nested(7, 0x9f) + packet{"bf 00 9f ff ff ff"}), read_error::none)
        << "one behind the other is not nested";
}

TEST(cbor_reader, remembers_what_is_a_map) {
    EXPECT_EQ(skipped("9f bf 00 00 ff 00 ff"), read_error::none);
    EXPECT_EQ(skipped("bf 00 9f 00 ff ff"), read_error::none);
    EXPECT_EQ(skipped("bf 9f 00 ff ff"), read_error::malformed) << "a key without a value";
    EXPECT_EQ(skipped("9f bf 00 00 ff 9f 00 ff 00 ff"), read_error::none) << "an array where a map has been";
    EXPECT_EQ(skipped("9f 9f 00 ff bf 00 ff 00 ff"), read_error::malformed) << "a map where an array has been";
}

// ---- Numbers

TEST(cbor_reader, reads_a_number_of_either_kind) {
    const auto number = [](const packet& item) {
        reader in{item};
        const double value = in.number();
        EXPECT_TRUE(in.at_end());
        return value;
    };
    EXPECT_EQ(number("18 64"), 100.0);
    EXPECT_EQ(number("20"), -1.0);
    EXPECT_EQ(number("f9 3e 00"), 1.5);
    EXPECT_EQ(number("fa 47 c3 50 00"), 100000.0);
    EXPECT_EQ(number("1b 00 20 00 00 00 00 00 00"), 9007199254740992.0);
    EXPECT_EQ(number("3b 00 1f ff ff ff ff ff ff"), -9007199254740992.0);
    EXPECT_EQ(error_of("1b 00 20 00 00 00 00 00 01", as_number), read_error::unexpected) << "a double has it not";
    EXPECT_EQ(error_of("3b 00 20 00 00 00 00 00 00", as_number), read_error::unexpected);
}

// ---- RFC 8949 §4.2.1

TEST(cbor_reader, takes_longer_heads_unless_it_is_strict) {
    for (const char* const item :
         {"18 17", "19 00 ff", "1a 00 00 ff ff", "1b 00 00 00 00 ff ff ff ff", "38 00", "58 01 00", "79 00 01 61",
          "98 00", "b8 00", "d8 01 00", "fa 3f c0 00 00", "fb 3f f8 00 00 00 00 00 00", "fb 47 ef ff ff e0 00 00 00",
          "81 18 00", "f9 7e 01", "f9 fe 00"}) {
        EXPECT_EQ(skipped(item), read_error::none) << item;
        EXPECT_EQ(skipped_strictly(item), read_error::malformed) << item;
    }
    for (const char* const item : {"17", "18 18", "19 01 00", "1a 00 01 00 00", "1b 00 00 00 01 00 00 00 00", "f8 20",
                                   "f9 7e 00", "fa 47 c3 50 00", "fb 3f f1 99 99 99 99 99 9a", "d8 20 81 00"})
        EXPECT_EQ(skipped_strictly(item), read_error::none) << item;
}

TEST(cbor_reader, takes_indefinite_lengths_unless_it_is_strict) {
    for (const char* const item : {"9f ff", "bf ff", "5f ff", "7f ff", "81 9f ff"}) {
        EXPECT_EQ(skipped(item), read_error::none) << item;
        EXPECT_EQ(skipped_strictly(item), read_error::malformed) << item;
    }
    EXPECT_EQ(error_of<deterministic_reader>("9f ff", as_array), read_error::malformed);
    EXPECT_EQ(error_of<deterministic_reader>("bf ff", as_map), read_error::malformed);
}

TEST(cbor_reader, reads_floats_longer_than_need_be_unless_it_is_strict) {
    EXPECT_EQ(error_of("fb 3f f8 00 00 00 00 00 00", as_float), read_error::none);
    EXPECT_EQ(error_of<deterministic_reader>("fb 3f f8 00 00 00 00 00 00", as_float), read_error::malformed);
}

// ---- At compile time

struct settings {
    bool on = false;
    std::uint64_t level = 0;
    std::size_t name_size = 0;
    std::uint64_t total = 0;
    read_error error = read_error::none;

    constexpr bool operator==(const settings&) const = default;
};

constexpr settings decode(bytes payload) {
    settings read;
    reader in{payload};
    auto fields = in.map();
    while (in.next(fields)) {
        switch (in.unsigned_integer()) {
            case 0: read.on = in.boolean(); break;
            case 1: read.level = in.unsigned_integer(100); break;
            case 2: read.name_size = in.utf8(32).size(); break;
            case 3:
                for (auto items = in.array(16); in.next(items);) read.total += in.unsigned_integer();
                break;
            default: in.skip();
        }
    }
    read.error = in.finish();
    return read;
}

constexpr std::array<byte, 21> record{0xa5, 0,    0xf5, 1, 0x18, 100,  2,    0x63, 'a', 'b', 'c',
                                      3,    0x82, 1,    2, 9,    0x9f, 0xa1, 1,    2,   0xff};
static_assert(decode(record) == settings{true, 100, 3, 3, read_error::none});
static_assert(decode(bytes{record}.first(20)).error == read_error::malformed);
static_assert(decode(std::array<byte, 3>{0xa1, 0, 0}).error == read_error::unexpected);
static_assert(deterministic_reader{std::array<byte, 2>{0x18, 0}}.peek() == type::unsigned_integer);

TEST(cbor_reader, reads_the_same_at_run_time) {
    EXPECT_EQ(decode(record), (settings{true, 100, 3, 3, read_error::none}));
}

// ---- There and back

struct random_item {
    type is;
    std::uint64_t n;  // its argument
    double value;
    std::string text;
};

// Appends items in the order of their encoding: an array or a map comes before its content.
void append_random(std::vector<random_item>& items, std::mt19937_64& random, unsigned depth = 0) {
    random_item item{static_cast<type>(random() % 9), random() >> random() % 64, 0,
                     std::string(static_cast<std::size_t>(random() % 300), 'x')};
    const bool is_any_double = random() % 2 == 0;
    item.value = is_any_double ? std::bit_cast<double>(random()) : static_cast<float>(item.n);
    if (item.is == type::simple) item.n = item.n % 2 == 0 ? item.n % 24 : 32 + item.n % 224;
    const bool is_container = item.is == type::array || item.is == type::map;
    if (is_container) item.n %= depth < 5 ? 6 : 1;
    items.push_back(item);
    const std::uint64_t inside = item.is == type::map     ? 2 * item.n
                                 : item.is == type::array ? item.n
                                                          : item.is == type::tag;
    for (std::uint64_t i = 0; i < inside; ++i) append_random(items, random, depth + 1);
}

void write(writer& to, const random_item& item) {
    switch (item.is) {
        case type::unsigned_integer: return to.unsigned_integer(item.n);
        case type::negative_integer: return to.negative_integer(item.n);
        case type::byte_string: return to.byte_string(test::text_packet(item.text));
        case type::text_string: return to.text_string(item.text);
        case type::array: return to.array(static_cast<std::size_t>(item.n));
        case type::map: return to.map(static_cast<std::size_t>(item.n));
        case type::tag: return to.tag(item.n);
        case type::simple: return to.simple(static_cast<byte>(item.n));
        default: return to.floating_point(item.value);
    }
}

bool same(double a, double b) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (std::isnan(a) && std::isnan(b));
}

// Returns whether the next item equals `item`.
bool reads(auto& in, const random_item& item) {
    if (in.peek() != item.is) return false;
    switch (item.is) {
        case type::unsigned_integer: return in.unsigned_integer() == item.n;
        case type::negative_integer: return in.negative_integer() == item.n;
        case type::byte_string: return as_text(in.byte_string()) == item.text;
        case type::text_string: return in.text_string() == item.text;
        case type::array: return in.array().count() == item.n;
        case type::map: return in.map().count() == item.n;
        case type::tag: return in.tag() == item.n;
        case type::simple: return in.simple() == item.n;
        default: return same(in.floating_point(), item.value);
    }
}

TEST(cbor_reader, reads_what_the_writer_writes) {
    std::vector<byte> window(1'000'000);
    std::mt19937_64 random{1};
    for (unsigned i = 0; i < 3000; ++i) {
        std::vector<random_item> items;
        append_random(items, random);
        body_writer body{window};
        writer to{body};
        for (const random_item& item : items) write(to, item);
        ASSERT_LE(body.size(), window.size());

        const bytes written = bytes{window}.first(body.size());
        deterministic_reader in{written};
        for (const random_item& item : items) ASSERT_TRUE(reads(in, item));
        ASSERT_EQ(in.finish(), read_error::none);
        reader skipping{written};
        skipping.skip();
        ASSERT_TRUE(skipping.at_end());
    }
}

}  // namespace
}  // namespace mincoap::cbor
