// The examples of RFC 8949, appendix A. The reader reads all of them, and the writer writes those in shortest form.
#include <limits>
#include <string>
#include <vector>

#include <mincoap/cbor/reader.hpp>

#include "written.hpp"

namespace mincoap::cbor {
namespace {

using test::packet;
using test::written_cbor;

// Expects that `write` writes the example, and that `read` reads it to its end, in both modes.
void expect_both(const packet& example, auto&& write, auto&& read) {
    EXPECT_EQ(written_cbor(write), example);
    reader lenient{example};
    read(lenient);
    EXPECT_EQ(lenient.finish(), read_error::none) << testing::PrintToString(example);
    deterministic_reader strict{example};
    read(strict);
    EXPECT_EQ(strict.finish(), read_error::none) << testing::PrintToString(example);
}

void expect_lenient_only(const packet& example, auto&& read) {
    reader lenient{example};
    read(lenient);
    EXPECT_EQ(lenient.finish(), read_error::none) << testing::PrintToString(example);
    deterministic_reader strict{example};
    strict.skip();
    EXPECT_EQ(strict.finish(), read_error::malformed) << testing::PrintToString(example);
}

struct integer_example {
    std::uint64_t n;
    packet encoded;
};

TEST(cbor_appendix_a, unsigned_integers) {
    const integer_example examples[] = {
        {0, "00"},
        {1, "01"},
        {10, "0a"},
        {23, "17"},
        {24, "18 18"},
        {25, "18 19"},
        {100, "18 64"},
        {1000, "19 03 e8"},
        {1000000, "1a 00 0f 42 40"},
        {1000000000000, "1b 00 00 00 e8 d4 a5 10 00"},
        {18446744073709551615U, "1b ff ff ff ff ff ff ff ff"},
    };
    for (const auto& [n, encoded] : examples)
        expect_both(
            encoded, [n](writer& to) { to.unsigned_integer(n); },
            [n](auto& in) { EXPECT_EQ(in.unsigned_integer(), n); });
}

TEST(cbor_appendix_a, negative_integers) {
    const integer_example examples[] = {
        {18446744073709551615U, "3b ff ff ff ff ff ff ff ff"},  // -18446744073709551616
        {0, "20"},
        {9, "29"},
        {99, "38 63"},
        {999, "39 03 e7"},
    };
    for (const auto& [n, encoded] : examples)
        expect_both(
            encoded, [n](writer& to) { to.negative_integer(n); },
            [n](auto& in) { EXPECT_EQ(in.negative_integer(), n); });
    expect_both("39 03 e7", [](writer& to) { to.integer(-1000); }, [](auto& in) { EXPECT_EQ(in.integer(), -1000); });
}

// Behind a tag is a byte string of the absolute value (RFC 8949 §3.4.3).
TEST(cbor_appendix_a, bignums) {
    for (const auto& [tag, encoded] : {std::pair{2U, packet{"c2 49 01 00 00 00 00 00 00 00 00"}},
                                       std::pair{3U, packet{"c3 49 01 00 00 00 00 00 00 00 00"}}})
        expect_both(
            encoded, [&](writer& to) { to.tag(tag), to.byte_string(packet{"01 00 00 00 00 00 00 00 00"}); },
            [&](auto& in) {
                EXPECT_EQ(in.tag(), tag);
                EXPECT_EQ(packet{in.byte_string()}, packet{"01 00 00 00 00 00 00 00 00"});
            });
}

struct float_example {
    double value;
    packet encoded;
};

void read_float(auto& in, double expected) {
    const double value = in.floating_point();
    if (expected != expected) EXPECT_NE(value, value);
    else EXPECT_EQ(std::bit_cast<std::uint64_t>(value), std::bit_cast<std::uint64_t>(expected)) << expected;
}

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(cbor_appendix_a, floating_point_numbers) {
    const float_example examples[] = {
        {0.0, "f9 00 00"},
        {-0.0, "f9 80 00"},
        {1.0, "f9 3c 00"},
        {1.1, "fb 3f f1 99 99 99 99 99 9a"},
        {1.5, "f9 3e 00"},
        {65504.0, "f9 7b ff"},
        {100000.0, "fa 47 c3 50 00"},
        {3.4028234663852886e+38, "fa 7f 7f ff ff"},
        {1.0e+300, "fb 7e 37 e4 3c 88 00 75 9c"},
        {5.960464477539063e-8, "f9 00 01"},
        {0.00006103515625, "f9 04 00"},
        {-4.0, "f9 c4 00"},
        {-4.1, "fb c0 10 66 66 66 66 66 66"},
        {infinity, "f9 7c 00"},
        {nan, "f9 7e 00"},
        {-infinity, "f9 fc 00"},
    };
    for (const auto& [value, encoded] : examples)
        expect_both(
            encoded, [v = value](writer& to) { to.floating_point(v); }, [v = value](auto& in) { read_float(in, v); });
}

TEST(cbor_appendix_a, floating_point_numbers_longer_than_need_be) {
    const float_example examples[] = {
        {infinity, "fa 7f 80 00 00"},        {nan, "fa 7f c0 00 00"},
        {-infinity, "fa ff 80 00 00"},       {infinity, "fb 7f f0 00 00 00 00 00 00"},
        {nan, "fb 7f f8 00 00 00 00 00 00"}, {-infinity, "fb ff f0 00 00 00 00 00 00"},
    };
    for (const auto& [value, encoded] : examples)
        expect_lenient_only(encoded, [v = value](auto& in) { read_float(in, v); });
}

TEST(cbor_appendix_a, simple_values) {
    expect_both("f4", [](writer& to) { to.boolean(false); }, [](auto& in) { EXPECT_FALSE(in.boolean()); });
    expect_both("f5", [](writer& to) { to.boolean(true); }, [](auto& in) { EXPECT_TRUE(in.boolean()); });
    expect_both("f6", [](writer& to) { to.null(); }, [](auto& in) { in.null(); });
    expect_both("f7", [](writer& to) { to.undefined(); }, [](auto& in) { in.undefined(); });
    expect_both("f0", [](writer& to) { to.simple(16); }, [](auto& in) { EXPECT_EQ(in.simple(), 16); });
    expect_both("f8 ff", [](writer& to) { to.simple(255); }, [](auto& in) { EXPECT_EQ(in.simple(), 255); });
}

TEST(cbor_appendix_a, tags) {
    expect_both(
        "c0 74 '2013-03-21T20:04:00Z'", [](writer& to) { to.tag(0), to.text_string("2013-03-21T20:04:00Z"); },
        [](auto& in) {
            EXPECT_EQ(in.tag(), 0U);
            EXPECT_EQ(in.text_string(), "2013-03-21T20:04:00Z");
        });
    expect_both(
        "c1 1a 51 4b 67 b0", [](writer& to) { to.tag(1), to.unsigned_integer(1363896240); },
        [](auto& in) {
            EXPECT_EQ(in.tag(), 1U);
            EXPECT_EQ(in.unsigned_integer(), 1363896240U);
        });
    expect_both(
        "c1 fb 41 d4 52 d9 ec 20 00 00", [](writer& to) { to.tag(1), to.floating_point(1363896240.5); },
        [](auto& in) {
            EXPECT_EQ(in.tag(), 1U);
            EXPECT_EQ(in.floating_point(), 1363896240.5);
        });
    expect_both(
        "d7 44 01 02 03 04", [](writer& to) { to.tag(23), to.byte_string(packet{"01 02 03 04"}); },
        [](auto& in) {
            EXPECT_EQ(in.tag(), 23U);
            EXPECT_EQ(packet{in.byte_string()}, packet{"01 02 03 04"});
        });
    expect_both(
        "d8 18 45 64 'IETF'", [](writer& to) { to.tag(24), to.byte_string(packet{"64 'IETF'"}); },
        [](auto& in) {
            EXPECT_EQ(in.tag(), 24U);
            EXPECT_EQ(packet{in.byte_string()}, packet{"64 'IETF'"});
        });
    expect_both(
        "d8 20 76 'http://www.example.com'", [](writer& to) { to.tag(32), to.text_string("http://www.example.com"); },
        [](auto& in) {
            EXPECT_EQ(in.tag(), 32U);
            EXPECT_EQ(in.text_string(), "http://www.example.com");
        });
}

TEST(cbor_appendix_a, strings) {
    for (const auto& [value, encoded] : {std::pair{packet{}, packet{"40"}}, {"01 02 03 04", "44 01 02 03 04"}})
        expect_both(
            encoded, [&](writer& to) { to.byte_string(value); },
            [&](auto& in) { EXPECT_EQ(packet{in.byte_string()}, value); });

    const std::pair<std::string, packet> texts[] = {
        {"", "60"},
        {"a", "61 61"},
        {"IETF", "64 49 45 54 46"},
        {"\"\\", "62 22 5c"},
        {"\u00fc", "62 c3 bc"},
        {"\u6c34", "63 e6 b0 b4"},
        {"\U00010151", "64 f0 90 85 91"},
    };
    for (const auto& [value, encoded] : texts)
        expect_both(
            encoded, [&](writer& to) { to.text_string(value); }, [&](auto& in) { EXPECT_EQ(in.text_string(), value); });
}

// Reads integers into a list, up to the end of the array.
std::vector<std::uint64_t> integers(auto& in) {
    std::vector<std::uint64_t> read;
    for (auto left = in.array(); in.next(left);) read.push_back(in.unsigned_integer());
    return read;
}

TEST(cbor_appendix_a, arrays) {
    expect_both("80", [](writer& to) { to.array(0); }, [](auto& in) { EXPECT_TRUE(integers(in).empty()); });
    expect_both(
        "83 01 02 03",
        [](writer& to) {
            to.array(3);
            for (const unsigned i : {1U, 2U, 3U}) to.unsigned_integer(i);
        },
        [](auto& in) { EXPECT_EQ(integers(in), (std::vector<std::uint64_t>{1, 2, 3})); });
    expect_both(
        "98 19 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 14 15 16 17 18 18 18 19",
        [](writer& to) {
            to.array(25);
            for (unsigned i = 1; i <= 25; ++i) to.unsigned_integer(i);
        },
        [](auto& in) {
            const auto read = integers(in);
            EXPECT_EQ(read.size(), 25U);
            EXPECT_EQ(read.back(), 25U);
        });
}

// Reads [1, [2, 3], [4, 5]], whose lengths may be definite or indefinite.
void read_nested_arrays(auto& in) {
    auto outer = in.array();
    EXPECT_TRUE(in.next(outer));
    EXPECT_EQ(in.unsigned_integer(), 1U);
    EXPECT_TRUE(in.next(outer));
    EXPECT_EQ(integers(in), (std::vector<std::uint64_t>{2, 3}));
    EXPECT_TRUE(in.next(outer));
    EXPECT_EQ(integers(in), (std::vector<std::uint64_t>{4, 5}));
    EXPECT_FALSE(in.next(outer));
}

TEST(cbor_appendix_a, nested_arrays) {
    expect_both(
        "83 01 82 02 03 82 04 05",
        [](writer& to) {
            to.array(3), to.unsigned_integer(1);
            to.array(2), to.unsigned_integer(2), to.unsigned_integer(3);
            to.array(2), to.unsigned_integer(4), to.unsigned_integer(5);
        },
        [](auto& in) { read_nested_arrays(in); });
    for (const char* const example : {"9f 01 82 02 03 9f 04 05 ff ff", "9f 01 82 02 03 82 04 05 ff",
                                      "83 01 82 02 03 9f 04 05 ff", "83 01 9f 02 03 ff 82 04 05"})
        expect_lenient_only(example, [](auto& in) { read_nested_arrays(in); });
}

TEST(cbor_appendix_a, arrays_of_indefinite_length) {
    expect_lenient_only("9f ff", [](auto& in) { EXPECT_TRUE(integers(in).empty()); });
    expect_lenient_only("9f 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 14 15 16 17 18 18 18 19 ff",
                        [](auto& in) { EXPECT_EQ(integers(in).size(), 25U); });
}

void read_text_pairs(auto& in, std::string_view keys, std::string_view values) {
    auto pairs = in.map();
    for (std::size_t i = 0; i < keys.size(); ++i) {
        EXPECT_TRUE(in.next(pairs));
        EXPECT_EQ(in.text_string(), keys.substr(i, 1));
        EXPECT_EQ(in.text_string(), values.substr(i, 1));
    }
    EXPECT_FALSE(in.next(pairs));
}

TEST(cbor_appendix_a, maps) {
    expect_both("a0", [](writer& to) { to.map(0); }, [](auto& in) { read_text_pairs(in, "", ""); });
    expect_both(
        "a2 01 02 03 04",
        [](writer& to) {
            to.map(2);
            for (const unsigned i : {1U, 2U, 3U, 4U}) to.unsigned_integer(i);
        },
        [](auto& in) {
            auto pairs = in.map();
            for (const unsigned key : {1U, 3U}) {
                EXPECT_TRUE(in.next(pairs));
                EXPECT_EQ(in.unsigned_integer(), key);
                EXPECT_EQ(in.unsigned_integer(), key + 1);
            }
            EXPECT_FALSE(in.next(pairs));
        });
    expect_both(
        "a5 61 61 61 41 61 62 61 42 61 63 61 43 61 64 61 44 61 65 61 45",
        [](writer& to) {
            to.map(5);
            for (const char* const text : {"a", "A", "b", "B", "c", "C", "d", "D", "e", "E"}) to.text_string(text);
        },
        [](auto& in) { read_text_pairs(in, "abcde", "ABCDE"); });
}

// {"a": 1, "b": [2, 3]}
void read_array_in_map(auto& in) {
    auto pairs = in.map();
    EXPECT_TRUE(in.next(pairs));
    EXPECT_EQ(in.text_string(), "a");
    EXPECT_EQ(in.unsigned_integer(), 1U);
    EXPECT_TRUE(in.next(pairs));
    EXPECT_EQ(in.text_string(), "b");
    EXPECT_EQ(integers(in), (std::vector<std::uint64_t>{2, 3}));
    EXPECT_FALSE(in.next(pairs));
}

// ["a", {"b": "c"}]
void read_map_in_array(auto& in) {
    auto items = in.array();
    EXPECT_TRUE(in.next(items));
    EXPECT_EQ(in.text_string(), "a");
    EXPECT_TRUE(in.next(items));
    read_text_pairs(in, "b", "c");
    EXPECT_FALSE(in.next(items));
}

TEST(cbor_appendix_a, arrays_and_maps_in_each_other) {
    expect_both(
        "a2 61 61 01 61 62 82 02 03",
        [](writer& to) {
            to.map(2);
            to.text_string("a"), to.unsigned_integer(1);
            to.text_string("b"), to.array(2), to.unsigned_integer(2), to.unsigned_integer(3);
        },
        [](auto& in) { read_array_in_map(in); });
    expect_both(
        "82 61 61 a1 61 62 61 63",
        [](writer& to) {
            to.array(2), to.text_string("a");
            to.map(1), to.text_string("b"), to.text_string("c");
        },
        [](auto& in) { read_map_in_array(in); });
    expect_lenient_only("bf 61 61 01 61 62 9f 02 03 ff ff", [](auto& in) { read_array_in_map(in); });
    expect_lenient_only("82 61 61 bf 61 62 61 63 ff", [](auto& in) { read_map_in_array(in); });
    expect_lenient_only("bf 63 46 75 6e f5 63 41 6d 74 21 ff", [](auto& in) {
        auto pairs = in.map();
        EXPECT_TRUE(in.next(pairs));
        EXPECT_EQ(in.text_string(), "Fun");
        EXPECT_TRUE(in.boolean());
        EXPECT_TRUE(in.next(pairs));
        EXPECT_EQ(in.text_string(), "Amt");
        EXPECT_EQ(in.integer(), -2);
        EXPECT_FALSE(in.next(pairs));
    });
}

TEST(cbor_appendix_a, strings_of_indefinite_length_are_skipped) {
    for (const char* const example : {"5f 42 01 02 43 03 04 05 ff", "7f 65 'strea' 64 'ming' ff"})
        expect_lenient_only(example, [](auto& in) { in.skip(); });
}

}  // namespace
}  // namespace mincoap::cbor
