#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <mincoap/message/writer.hpp>

#include "../../support/packet.hpp"

namespace mincoap::message {
namespace {

using test::filler;
using test::packet;

constexpr std::array<byte, 2> token{0xaa, 0xbb};

// A message with every kind of content.
constexpr void write_all(writer& to) {
    constexpr std::array<byte, 1> opaque{0x0c};
    to.option(option::etag, opaque);
    to.option(option::location_path, "0123456789abc");
    to.option(option::location_path, "");
    to.uint_option(option::max_age, 0x01'0203);
    to.uint_option(option::size2, 0);
    to.option(static_cast<option>(2053), bytes{});
    to.payload("pay");
    to.payload(std::string_view{"load"});
}
constexpr const char* all =
    "52 45 12 34 | aa bb | 41 0c | 4d 00 '0123456789abc' | 00 | 63 01 02 03 | d0 01 | e0 06 dc | ff 'payload'";

// ---- One thing at a time

packet written(auto&& write) {
    std::array<byte, 700> buffer{};
    writer to{buffer, 0};
    write(to);
    EXPECT_FALSE(to.failed());
    EXPECT_EQ(to.size(), to.written().size());
    return packet{to.written()};
}

// RFC 7252 §3, figure 7.
TEST(writer, writes_the_header_and_the_token) {
    std::array<byte, 12> buffer{};
    constexpr std::array<byte, 8> longest{1, 2, 3, 4, 5, 6, 7, 8};
    const auto message = [&](type t, code c, std::uint16_t id, bytes of_token) {
        const writer to{buffer, t, c, id, of_token};
        EXPECT_FALSE(to.failed());
        return packet{to.written()};
    };
    EXPECT_EQ(message(type::confirmable, code::get, 0x1234, {}), packet{"40 01 12 34"});
    EXPECT_EQ(message(type::non_confirmable, code::put, 0xffff, token), packet{"52 03 ff ff aa bb"});
    EXPECT_EQ(message(type::acknowledgement, code::content, 0, longest), packet{"68 45 00 00 01 02 03 04 05 06 07 08"});
    EXPECT_EQ(message(type::reset, code::empty, 0x00ff, {}), packet{"70 00 00 ff"});
}

// RFC 7252 §3.1, figure 8.
TEST(writer, writes_options_as_deltas) {
    EXPECT_EQ(written([](writer& to) {
                  to.option(option::uri_path, "a");
                  to.option(option::uri_path, "bc");
                  to.option(option::content_format, bytes{});
                  to.option(option::accept, std::string_view{"\x0c\x35"});
              }),
              packet{"b1 'a' 02 'bc' 10 52 0c 35"});
}

TEST(writer, writes_extended_deltas) {
    const auto first = [](unsigned number) {
        return written([&](writer& to) { to.option(static_cast<option>(number), bytes{}); });
    };
    EXPECT_EQ(first(0), packet{"00"});
    EXPECT_EQ(first(12), packet{"c0"});
    EXPECT_EQ(first(13), packet{"d0 00"});
    EXPECT_EQ(first(268), packet{"d0 ff"});
    EXPECT_EQ(first(269), packet{"e0 00 00"});
    EXPECT_EQ(first(525), packet{"e0 01 00"});
    EXPECT_EQ(first(65535), packet{"e0 fe f2"});
}

TEST(writer, writes_extended_lengths) {
    const auto of_length = [](std::size_t length) {
        return written([&](writer& to) { to.option(option::uri_path, filler(length).view()); });
    };
    EXPECT_EQ(of_length(12), packet{"bc"} + filler(12));
    EXPECT_EQ(of_length(13), packet{"bd 00"} + filler(13));
    EXPECT_EQ(of_length(268), packet{"bd ff"} + filler(268));
    EXPECT_EQ(of_length(269), packet{"be 00 00"} + filler(269));
    EXPECT_EQ(of_length(525), packet{"be 01 00"} + filler(525));

    std::vector<byte> large(70'000);
    writer to{large, 0};
    to.option(option::uri_path, filler(65'804).view());
    ASSERT_FALSE(to.failed());
    EXPECT_EQ(packet{to.written()}, packet{"be ff ff"} + filler(65'804)) << "the longest that can be written";
}

// RFC 7252 §3.2: as few bytes as possible.
TEST(writer, writes_uints_in_their_shortest_form) {
    const auto as_max_age = [](std::uint32_t value) {
        return written([&](writer& to) { to.uint_option(option::max_age, value); });
    };
    EXPECT_EQ(as_max_age(0), packet{"d0 01"});
    EXPECT_EQ(as_max_age(1), packet{"d1 01 01"});
    EXPECT_EQ(as_max_age(0xff), packet{"d1 01 ff"});
    EXPECT_EQ(as_max_age(0x100), packet{"d2 01 01 00"});
    EXPECT_EQ(as_max_age(0x1'0000), packet{"d3 01 01 00 00"});
    EXPECT_EQ(as_max_age(0xffff'ffff), packet{"d4 01 ff ff ff ff"});
}

TEST(writer, writes_the_payload_behind_one_marker) {
    EXPECT_EQ(written([](writer& to) { to.payload("x"); }), packet{"ff 'x'"});
    EXPECT_EQ(written([](writer& to) {
                  to.payload("x");
                  to.payload(std::string_view{});
                  to.payload(token);
              }),
              packet{"ff 'x' aa bb"});
}

// RFC 7252 §3: no marker with a payload of zero length.
TEST(writer, writes_no_marker_for_an_empty_payload) {
    EXPECT_EQ(written([](writer& to) {
                  to.payload(bytes{});
                  to.payload(std::string_view{});
              }),
              packet{});
    EXPECT_EQ(written([](writer& to) {
                  to.payload("");
                  to.option(option::uri_path, "a");
              }),
              packet{"b1 'a'"})
        << "an option can still follow";
}

TEST(writer, goes_on_behind_what_stands_there) {
    std::array<byte, 8> buffer{0x41, 0x01, 0x00, 0x01, 0x77};
    writer to{buffer, 5};
    EXPECT_EQ(to.size(), 5U);
    to.option(option::uri_path, "a");
    EXPECT_EQ(packet{to.written()}, packet{"41 01 00 01 77 b1 'a'"});
}

TEST(writer, writes_all_of_it) {
    std::array<byte, 64> buffer{};
    writer to{buffer, type::non_confirmable, code::content, 0x1234, token};
    write_all(to);
    ASSERT_FALSE(to.failed());
    EXPECT_EQ(packet{to.written()}, packet{all});
}

// ---- The Content-Format of a reply

TEST(writer, starts_with_a_content_format) {
    for (const unsigned number : {0U, 40U, 255U, 256U, 257U, 65534U}) {
        const auto start = [&](writer& to) {
            to.option(encoded_content_format::encode(static_cast<content_format>(number)));
            to.uint_option(option::max_age, 0);
        };
        EXPECT_EQ(written(start), written([&](writer& to) {
                      to.uint_option(option::content_format, number);
                      to.uint_option(option::max_age, 0);
                  }))
            << number;
    }
}

TEST(writer, starts_with_no_content_format) {
    EXPECT_EQ(written([](writer& to) { to.option(encoded_content_format{}); }), packet{});
    EXPECT_EQ(written([](writer& to) {
                  to.option(encoded_content_format{});
                  to.uint_option(option::max_age, 60);
              }),
              packet{"d1 01 3c"})
        << "what follows counts from 0";
}

// The options before it may have any number up to that of Content-Format itself.
TEST(writer, writes_a_content_format_behind_options_below_it) {
    for (const unsigned before : {0U, 1U, 4U, 8U, 11U, 12U})
        for (const unsigned number : {0U, 60U, 257U, 65535U}) {
            const auto begin = [&](writer& to) { to.option(static_cast<option>(before), token); };
            const auto end = [](writer& to) { to.uint_option(option::max_age, 60); };
            EXPECT_EQ(written([&](writer& to) {
                          begin(to);
                          to.option(encoded_content_format::encode(static_cast<content_format>(number)));
                          end(to);
                      }),
                      written([&](writer& to) {
                          begin(to);
                          to.uint_option(option::content_format, number);
                          end(to);
                      }))
                << before << ' ' << number;
        }
}

TEST(writer, writes_no_content_format_behind_anything) {
    EXPECT_EQ(written([](writer& to) {
                  to.option(option::uri_query, "a");
                  to.option(encoded_content_format{});
                  to.option(option::uri_query, "b");
                  to.payload("c");
                  to.option(encoded_content_format{});
              }),
              packet{"d1 02 'a' 01 'b' ff 'c'"});
}

TEST(writer, fails_at_a_content_format_that_does_not_fit) {
    for (std::size_t capacity = 2; capacity <= 5; ++capacity) {
        std::vector<byte> memory(8, 0xee);
        writer to{mutable_bytes{memory}.first(capacity), 0};
        to.option(option::uri_path, "a");
        to.option(content_format::concise_problem_details);
        EXPECT_EQ(to.failed(), capacity < 5) << capacity;
        for (std::size_t i = to.failed() ? 2 : capacity; i < memory.size(); ++i)
            EXPECT_EQ(memory[i], 0xee) << capacity << ": " << i;
    }
}

// ---- What does not fit

// At every capacity, the whole message is written or none of the bytes behind the buffer is touched.
TEST(writer, never_writes_past_its_buffer) {
    const packet whole = all;
    for (std::size_t capacity = 0; capacity <= whole.size() + 3; ++capacity) {
        std::vector<byte> memory(whole.size() + 16, 0xee);
        writer to{mutable_bytes{memory}.first(capacity), type::non_confirmable, code::content, 0x1234, token};
        write_all(to);
        EXPECT_EQ(to.failed(), capacity < whole.size()) << capacity;
        if (!to.failed()) {
            EXPECT_EQ(packet{to.written()}, whole);
        }
        for (std::size_t i = capacity; i < memory.size(); ++i) ASSERT_EQ(memory[i], 0xee) << capacity << ": " << i;
    }
}

// The same at compile time, where a byte past the buffer does not compile.
template <std::size_t Capacity>
constexpr bool fits() {
    std::array<byte, Capacity> buffer{};
    writer to{buffer, type::non_confirmable, code::content, 0x1234, token};
    write_all(to);
    return !to.failed();
}
template <std::size_t... Capacities>
constexpr std::size_t smallest_that_fits(std::index_sequence<Capacities...>) {
    return sizeof...(Capacities) - (fits<Capacities>() + ...);
}
static_assert(smallest_that_fits(std::make_index_sequence<60>{}) == 41);

TEST(writer, writes_no_more_once_it_failed) {
    std::array<byte, 6> buffer{};
    writer to{buffer, 0};
    to.option(option::uri_path, "too long");
    ASSERT_TRUE(to.failed());
    const std::array<byte, 6> then = buffer;
    to.option(option::uri_query, "a");
    to.uint_option(option::accept, 0);
    to.payload("x");
    to.payload(std::string_view{});
    to.option(option::accept, bytes{});
    EXPECT_TRUE(to.failed());
    EXPECT_EQ(buffer, then);
}

// A failed writer is empty, so a caller that forgets to check for failure never sends a part of a message.
TEST(writer, has_written_nothing_once_it_failed) {
    std::array<byte, 12> buffer{};
    writer to{buffer, type::confirmable, code::get, 0x1234, token};
    to.option(option::uri_path, "abc");
    EXPECT_EQ(to.size(), 10U);
    to.payload("too long");
    ASSERT_TRUE(to.failed());
    EXPECT_EQ(to.size(), 0U);
    EXPECT_TRUE(to.written().empty());
}

// RFC 7252 §3.1: a length of two bytes ends at 269 + 65,535, however much room there is.
TEST(writer, fails_at_a_value_longer_than_can_be_told) {
    std::vector<byte> large(80'000, 0xee);
    for (const std::size_t length : {max_option_size + 1, max_option_size + 2, std::size_t{0x1'0000 + 269 + 5}}) {
        writer to{large, 0};
        to.option(option::uri_path, filler(length).view());
        EXPECT_TRUE(to.failed()) << length;
        EXPECT_EQ(to.size(), 0U);
        EXPECT_EQ(large[0], 0xee) << "nothing of it is written";
        writer text{large, 0};
        text.option(option::uri_path, std::string(length, 'x'));
        EXPECT_TRUE(text.failed()) << length;
    }
}

TEST(writer, fails_in_no_buffer) {
    writer to{{}, type::confirmable, code::get, 1};
    EXPECT_TRUE(to.failed());
}

TEST(writer, rolls_back_to_a_copy) {
    std::array<byte, 12> buffer{};
    writer to{buffer, 0};
    to.option(option::uri_path, "abc");
    const writer mark = to;
    to.option(option::uri_query, "d");
    to.payload("e");
    to = mark;
    to.option(option::content_format, bytes{});
    EXPECT_EQ(packet{to.written()}, packet{"b3 'abc' 10"}) << "deltas count from the mark, not from what is undone";

    const writer before_failure = to;
    to.payload("much too long");
    ASSERT_TRUE(to.failed());
    to = before_failure;
    EXPECT_FALSE(to.failed());
    to.payload("f");
    EXPECT_EQ(packet{to.written()}, packet{"b3 'abc' 10 ff 'f'"});
}

// ---- Misuse: a trap in checked builds, failure in others

void write_out_of_order(writer& to) {
    to.option(option::uri_query, "a");
    to.option(option::uri_path, "b");
}
void write_option_behind_payload(writer& to) {
    to.payload("a");
    to.option(static_cast<option>(65535), bytes{});
}

void write_content_format_behind_a_higher_option(writer& to) {
    to.option(option::max_age, bytes{});
    to.option(content_format::text_plain);
}
void write_content_format_behind_payload(writer& to) {
    to.payload("a");
    to.option(content_format::text_plain);
}

void expect_refused(void (*write)(writer&)) {
    std::array<byte, 32> buffer{};
    writer to{buffer, 0};
    if constexpr (checked_build) {
        EXPECT_DEATH(write(to), "");
    } else {
        write(to);
        EXPECT_TRUE(to.failed());
    }
}

// RFC 7252 §3.1: options "MUST appear in order of their Option Numbers".
TEST(writer_death_test, refuses_options_out_of_order) { expect_refused(write_out_of_order); }
TEST(writer_death_test, refuses_options_behind_the_payload) { expect_refused(write_option_behind_payload); }
TEST(writer_death_test, refuses_a_content_format_behind_a_higher_option) {
    expect_refused(write_content_format_behind_a_higher_option);
}
TEST(writer_death_test, refuses_a_content_format_behind_the_payload) {
    expect_refused(write_content_format_behind_payload);
}

// ---- At compile time

constexpr bool writes_and_reads_back() {
    std::array<byte, 64> buffer{};
    writer to{buffer, type::non_confirmable, code::content, 0x1234, token};
    write_all(to);
    const auto parsed = view::parse(to.written());
    if (!parsed || parsed->type() != type::non_confirmable || parsed->code() != code::content) return false;
    constexpr option numbers[] = {option::etag,    option::location_path, option::location_path,
                                  option::max_age, option::size2,         static_cast<option>(2053)};
    std::size_t count = 0;
    for (const option_view o : parsed->options())
        if (count == std::size(numbers) || o.number != numbers[count++]) return false;
    return count == std::size(numbers) && parsed->payload().size() == 7 &&
           parsed->options().find(option::max_age)->uint() == 0x01'0203 &&
           parsed->options().find(option::size2)->uint() == 0;
}
static_assert(writes_and_reads_back());

constexpr bool rolls_back() {
    std::array<byte, 4> buffer{};
    writer to{buffer, 0};
    const writer mark = to;
    to.payload("too long");
    const bool failed = to.failed();
    to = mark;
    to.payload("abc");
    return failed && !to.failed() && to.size() == 4 && buffer[0] == payload_marker && buffer[3] == 'c';
}
static_assert(rolls_back());

// ---- Space to the last byte

TEST(writer, gives_as_much_space_as_there_is) {
    for (const std::size_t size : {0U, 1U, 7U, 8U, 9U}) {
        std::array<byte, 8> buffer{};
        writer to{buffer, 0};
        const mutable_bytes space = to.payload_space(size);
        EXPECT_EQ(to.failed(), size > 7) << size << ": the marker takes a byte";
        EXPECT_EQ(space.size(), size > 7 ? 0 : size);
        EXPECT_EQ(to.remaining(), size > 7 ? 0U : size == 0 ? 8U : 7U - size);
    }
    std::array<byte, 8> buffer{};
    writer to{buffer, 0};
    to.payload("abc");
    EXPECT_EQ(to.payload_space(4).size(), 4U);
    EXPECT_EQ(to.size(), 8U);
    EXPECT_EQ(to.payload_space(0).size(), 0U);
    EXPECT_FALSE(to.failed());
    EXPECT_EQ(to.payload_space(1).size(), 0U);
    EXPECT_TRUE(to.failed());
}

}  // namespace
}  // namespace mincoap::message
