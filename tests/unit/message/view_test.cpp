#include <gtest/gtest.h>

#include <mincoap/message/view.hpp>

#include "../../support/packet.hpp"

namespace mincoap::message {
namespace {

using test::encoded_option;
using test::filler;
using test::packet;

parse_error error_of(const packet& datagram) {
    const auto parsed = view::parse(datagram.view());
    return parsed ? parse_error::none : parsed.error();
}

// At compile time, where reading past the end does not compile.
template <typename... Bytes>
constexpr std::array<byte, sizeof...(Bytes)> raw(Bytes... values) {
    return {static_cast<byte>(values)...};
}
template <std::size_t N>
constexpr parse_error error_of(const std::array<byte, N>& datagram) {
    const auto parsed = view::parse(datagram);
    return parsed ? parse_error::none : parsed.error();
}

// ---- What is no message

// RFC 7252 §3: a fixed-size 4-byte header.
TEST(view, refuses_less_than_a_header) {
    static_assert(error_of(std::array<byte, 0>{}) == parse_error::too_short);
    static_assert(error_of(raw(0x40)) == parse_error::too_short);
    static_assert(error_of(raw(0x40, 1)) == parse_error::too_short);
    static_assert(error_of(raw(0x40, 1, 0)) == parse_error::too_short);
    EXPECT_EQ(error_of(packet{"40 01 00"}), parse_error::too_short);
    EXPECT_EQ(error_of(packet{}), parse_error::too_short);
}

// RFC 7252 §3: "Messages with unknown version numbers MUST be silently ignored", whatever else is wrong with them.
TEST(view, refuses_other_versions) {
    for (const unsigned version : {0U, 2U, 3U})
        for (unsigned rest = 0; rest < 64; ++rest) {
            packet datagram = "00 00 00 01 ff";
            datagram[0] = static_cast<byte>(version << 6 | rest);
            EXPECT_EQ(error_of(datagram), parse_error::unknown_version);
        }
    static_assert(error_of(raw(0x00, 1, 0, 1)) == parse_error::unknown_version);
    static_assert(error_of(raw(0x80, 1, 0, 1)) == parse_error::unknown_version);
    static_assert(error_of(raw(0xc0, 1, 0, 1)) == parse_error::unknown_version);
}

// RFC 7252 §3: token "lengths 9-15 are reserved, MUST NOT be sent, and MUST be processed as a message format error".
TEST(view, refuses_reserved_token_lengths) {
    for (unsigned length = 9; length <= 15; ++length) {
        packet datagram = "40 01 00 01";
        datagram[0] = static_cast<byte>(0x40 | length);
        EXPECT_EQ(error_of(datagram), parse_error::format) << length;
        EXPECT_EQ(error_of(datagram + filler(300, 0)), parse_error::format) << length << ", with bytes for it";
    }
    static_assert(error_of(raw(0x4d, 1, 0, 1)) == parse_error::format);
}

TEST(view, refuses_a_token_past_the_end) {
    for (unsigned length = 1; length <= 8; ++length)
        for (unsigned there = 0; there < length; ++there) {
            packet datagram = "40 01 00 01";
            datagram[0] = static_cast<byte>(0x40 | length);
            EXPECT_EQ(error_of(datagram + filler(there)), parse_error::format) << there << " of " << length;
        }
    static_assert(error_of(raw(0x42, 1, 0, 1, 0xaa)) == parse_error::format);
}

// RFC 7252 §3.1: delta 15 is "reserved for the Payload Marker. If the field is set to this value but the entire byte is
// not the payload marker, this MUST be processed as a message format error."
TEST(view, refuses_delta_15) {
    for (unsigned length = 0; length < 15; ++length) {
        packet datagram = "40 01 00 01 f0";
        datagram[4] = static_cast<byte>(0xf0 | length);
        EXPECT_EQ(error_of(datagram + filler(400, 0)), parse_error::format) << length;
        EXPECT_EQ(error_of(datagram), parse_error::format) << length;
    }
    static_assert(error_of(raw(0x40, 1, 0, 1, 0xf1, 'a', 'b', 'c')) == parse_error::format);
}

// RFC 7252 §3.1: length 15 is "Reserved for future use. If the field is set to this value, it MUST be processed as a
// message format error."
TEST(view, refuses_length_15) {
    for (unsigned delta = 0; delta < 15; ++delta) {
        packet datagram = "40 01 00 01 0f";
        datagram[4] = static_cast<byte>(delta << 4 | 0xf);
        EXPECT_EQ(error_of(datagram + filler(400, 0)), parse_error::format) << delta;
        EXPECT_EQ(error_of(datagram), parse_error::format) << delta;
    }
    static_assert(error_of(raw(0x40, 1, 0, 1, 0x1f, 'a')) == parse_error::format);
}

TEST(view, refuses_extensions_past_the_end) {
    for (const char* const cut : {"d0", "e0", "e0 00", "0d", "0e", "0e 00", "dd", "dd 00", "de 00", "de 00 00", "ed 00",
                                  "ed 00 00", "ee", "ee 00", "ee 00 00", "ee 00 00 00"})
        EXPECT_EQ(error_of(packet{"40 01 00 01"} + cut), parse_error::format) << cut;
    static_assert(error_of(raw(0x40, 1, 0, 1, 0xd0)) == parse_error::format);
    static_assert(error_of(raw(0x40, 1, 0, 1, 0xe0, 0)) == parse_error::format);
    static_assert(error_of(raw(0x40, 1, 0, 1, 0x0e, 0)) == parse_error::format);
}

TEST(view, refuses_an_option_value_past_the_end) {
    for (std::size_t length : {std::size_t{1}, std::size_t{12}, std::size_t{13}, std::size_t{268}, std::size_t{269}}) {
        const packet whole = packet{"40 01 00 01"} + encoded_option(11, filler(length));
        EXPECT_EQ(error_of(whole), parse_error::none) << length;
        for (std::size_t size = 5; size < whole.size(); ++size)
            EXPECT_EQ(error_of(packet{whole.view().first(size)}), parse_error::format)
                << size << " of " << whole.size();
    }
    EXPECT_EQ(error_of("40 01 00 01 0e ff ff"), parse_error::format) << "65,804 bytes";
    EXPECT_EQ(error_of("40 01 00 01 0e ff f0 41"), parse_error::format) << "a sum that wraps around in 16 bits";
    static_assert(error_of(raw(0x40, 1, 0, 1, 0x12, 'a')) == parse_error::format);
    static_assert(error_of(raw(0x40, 1, 0, 1, 0x0e, 0xff, 0xff)) == parse_error::format);
}

// RFC 7252 §12.2: option numbers are 16 bits wide.
TEST(view, refuses_option_numbers_above_65535) {
    EXPECT_EQ(error_of(packet{"40 01 00 01"} + encoded_option(65535, {})), parse_error::none);
    EXPECT_EQ(error_of(packet{"40 01 00 01"} + encoded_option(65535, {}) + "00"), parse_error::none) << "repeated";
    EXPECT_EQ(error_of(packet{"40 01 00 01"} + encoded_option(65535, {}) + "10"), parse_error::format);
    EXPECT_EQ(error_of(packet{"40 01 00 01"} + encoded_option(65535, {}) + encoded_option(65535, {})),
              parse_error::format);
    EXPECT_EQ(error_of(packet{"40 01 00 01"} + encoded_option(65536, {})), parse_error::format);
    EXPECT_EQ(error_of("40 01 00 01 e0 ff ff"), parse_error::format) << "the largest that can be written";
    EXPECT_EQ(error_of("40 01 00 01 e0 ff ff e0 ff ff 11 61"), parse_error::format) << "a sum that wraps around";
    static_assert(error_of(raw(0x40, 1, 0, 1, 0xe0, 0xff, 0xff)) == parse_error::format);
}

// RFC 7252 §3: "The presence of a marker followed by a zero-length payload MUST be processed as a message format
// error."
TEST(view, refuses_a_payload_marker_with_nothing_behind) {
    EXPECT_EQ(error_of("40 01 00 01 ff"), parse_error::format);
    EXPECT_EQ(error_of("42 01 00 01 aa bb ff"), parse_error::format);
    EXPECT_EQ(error_of("40 01 00 01 b5 'hello' ff"), parse_error::format);
    static_assert(error_of(raw(0x40, 1, 0, 1, 0xff)) == parse_error::format);
}

// RFC 7252 §4.1: an Empty message's "Token Length field MUST be set to 0 and bytes of data MUST NOT be present after
// the Message ID field. If there are any bytes, they MUST be processed as a message format error."
TEST(view, refuses_an_empty_message_with_anything_behind_its_message_id) {
    EXPECT_EQ(error_of("40 00 00 01"), parse_error::none);
    for (const char* const more : {"41 00 00 01 aa", "41 00 00 01", "40 00 00 01 ff aa", "40 00 00 01 00",
                                   "40 00 00 01 b1 61", "70 00 00 01 00", "60 00 00 01 ff 00"})
        EXPECT_EQ(error_of(more), parse_error::format) << more;
    static_assert(error_of(raw(0x40, 0, 0, 1)) == parse_error::none);
    static_assert(error_of(raw(0x40, 0, 0, 1, 0xff, 1)) == parse_error::format);
}

TEST(view, keeps_its_value_when_parsing_into_it_fails) {
    const packet good = "51 02 ab cd 77";
    const packet bad = "40 01 00 01 ff";
    view parsed;
    ASSERT_EQ(view::parse(good.view(), parsed, [](auto&&...) {}), parse_error::none);
    ASSERT_EQ(view::parse(bad.view(), parsed, [](auto&&...) {}), parse_error::format);
    EXPECT_EQ(parsed.message_id(), 0xabcd);
}

// ---- What a message says

TEST(view, reads_the_header) {
    for (unsigned t = 0; t < 4; ++t) {
        packet datagram = "40 45 ab cd";
        datagram[0] = static_cast<byte>(0x40 | t << 4);
        const auto parsed = view::parse(datagram.view());
        ASSERT_TRUE(parsed);
        EXPECT_EQ(parsed->type(), static_cast<type>(t));
        EXPECT_EQ(parsed->code(), code::content);
        EXPECT_EQ(parsed->message_id(), 0xabcd);
        EXPECT_TRUE(parsed->token().empty());
        EXPECT_TRUE(parsed->payload().empty());
        EXPECT_EQ(parsed->datagram().data(), datagram.data());
        EXPECT_EQ(parsed->datagram().size(), 4U);
    }
}

TEST(view, reads_tokens_of_0_to_8_bytes) {
    for (unsigned length = 0; length <= 8; ++length) {
        packet datagram = "40 01 00 01";
        datagram[0] = static_cast<byte>(0x40 | length);
        const packet token{bytes{packet{"01 02 03 04 05 06 07 08"}}.first(length)};
        for (const char* const rest : {"", "ff 'payload'", "b1 61", "b1 61 ff 00"}) {
            const packet whole = datagram + token + rest;
            const auto parsed = view::parse(whole.view());
            ASSERT_TRUE(parsed) << length << rest;
            EXPECT_EQ(packet{parsed->token()}, token);
        }
    }
}

TEST(view, reads_the_payload_behind_its_marker) {
    const packet datagram = "42 02 00 01 aa bb b1 'a' ff 'on' ff ff";
    const auto parsed = view::parse(datagram.view());
    ASSERT_TRUE(parsed);
    EXPECT_EQ(packet{parsed->payload()}, packet{"'on' ff ff"}) << "a marker in the payload is payload";
}

// RFC 7252 §3.1: the marker is a marker only where an option could begin.
TEST(view, does_not_take_an_option_value_for_the_payload_marker) {
    const packet datagram = "40 01 00 01 b3 ff 61 ff";
    const auto parsed = view::parse(datagram.view());
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(parsed->payload().empty());
    EXPECT_EQ(packet{(*parsed->options().begin()).value}, packet{"ff 61 ff"});
}

TEST(view, reads_options_in_order) {
    const packet datagram = "40 01 00 01 | b1 'a' | 02 'bc' | 10 | 52 0c 35 | ff 'x'";
    const auto parsed = view::parse(datagram.view());
    ASSERT_TRUE(parsed);
    std::vector<std::pair<unsigned, packet>> seen;
    for (const option_view o : parsed->options()) seen.emplace_back(number_of(o.number), packet{o.value});
    const std::vector<std::pair<unsigned, packet>> expected{{11, "'a'"}, {11, "'bc'"}, {12, {}}, {17, "0c 35"}};
    EXPECT_EQ(seen, expected);
}

// RFC 7252 §3.1: 13 stands for one byte more, minus 13; 14 for two bytes more, minus 269.
TEST(view, reads_extended_deltas) {
    for (const unsigned number : {12U, 13U, 14U, 268U, 269U, 270U, 524U, 525U, 65534U, 65535U}) {
        const packet datagram = packet{"40 01 00 01"} + encoded_option(number, packet{"'v'"}) + "ff 'p'";
        const auto parsed = view::parse(datagram.view());
        ASSERT_TRUE(parsed) << number;
        const option_view first = *parsed->options().begin();
        EXPECT_EQ(number_of(first.number), number);
        EXPECT_EQ(first.text(), "v");
        EXPECT_EQ(as_text(parsed->payload()), "p");
    }
    EXPECT_EQ(encoded_option(13, {}), packet{"d0 00"});
    EXPECT_EQ(encoded_option(269, {}), packet{"e0 00 00"});
    EXPECT_EQ(encoded_option(65535, {}), packet{"e0 fe f2"});
}

TEST(view, reads_extended_lengths) {
    for (const std::size_t length : {0U, 12U, 13U, 14U, 268U, 269U, 270U, 525U, 65535U, 65804U}) {
        const packet value = filler(length, 0xff);
        const packet datagram = packet{"40 01 00 01"} + encoded_option(11, value) + "ff 'p'";
        const auto parsed = view::parse(datagram.view());
        ASSERT_TRUE(parsed) << length;
        EXPECT_EQ(packet{(*parsed->options().begin()).value}, value);
        EXPECT_EQ(as_text(parsed->payload()), "p");
    }
}

TEST(view, adds_up_deltas_to_the_last_number) {
    const packet datagram = packet{"40 01 00 01"} + encoded_option(65000, {}) + encoded_option(534, {}) +
                            encoded_option(1, {}) + encoded_option(0, {});
    const auto parsed = view::parse(datagram.view());
    ASSERT_TRUE(parsed);
    std::vector<unsigned> numbers;
    for (const option_view o : parsed->options()) numbers.push_back(number_of(o.number));
    EXPECT_EQ(numbers, (std::vector<unsigned>{65000, 65534, 65535, 65535}));
}

TEST(view, tells_each_option_and_where_it_begins) {
    const packet datagram = "41 01 00 01 aa b1 'a' 4d 00 "
                            "'0123456789abc'"
                            " ff 'x'";
    std::vector<std::pair<unsigned, std::ptrdiff_t>> seen;
    view parsed;
    ASSERT_EQ(view::parse(datagram.view(), parsed,
                          [&](const option_view& o, const byte* begin) {
                              seen.emplace_back(number_of(o.number), begin - bytes{datagram}.data());
                          }),
              parse_error::none);
    EXPECT_EQ(seen, (std::vector<std::pair<unsigned, std::ptrdiff_t>>{{11, 5}, {15, 7}}));
}

TEST(view, works_in_constant_expressions) {
    static constexpr auto datagram = raw(0x52, 2, 0xab, 0xcd, 0xaa, 0xbb, 0xb1, 'a', 0x11, 50, 0xff, 'x', 'y');
    static constexpr auto parsed = view::parse(datagram);
    static_assert(parsed.has_value());
    static_assert(parsed->type() == type::non_confirmable && parsed->code() == code::post);
    static_assert(parsed->message_id() == 0xabcd);
    static_assert(parsed->token().size() == 2 && parsed->token()[1] == 0xbb);
    static_assert(parsed->payload().size() == 2 && parsed->payload()[0] == 'x');
    static_assert(parsed->options().find(option::uri_path)->value[0] == 'a');
    static_assert(parsed->options().find(option::content_format)->uint() == 50);
    static_assert(!parsed->options().find(option::accept));
}

// Every cut of a message with everything in it is read without a byte past its end, or this does not compile.
constexpr bool every_cut_is_read() {
    constexpr auto whole = raw(0x42, 2, 0, 1, 0xaa, 0xbb, 0xb1, 'a', 0xd1, 0, 7, 0xe1, 1, 2, 8, 0x0d, 0, '0', '1', '2',
                               '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 0xff, 'p');
    std::size_t well_formed = 0;
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        std::array<byte, whole.size()> storage{};
        for (std::size_t i = 0; i < size; ++i) storage[i] = whole[i];
        if (view::parse(bytes{storage}.first(size))) ++well_formed;
    }
    return well_formed == 6;  // behind the token and each of the four options, and the whole
}
static_assert(every_cut_is_read());

// ---- find

// RFC 7252 §5.4.3: a length outside the definition's range makes an option an unrecognised one.
TEST(options, finds_the_first_of_a_length_that_its_definition_allows) {
    struct {
        const char* datagram;
        option wanted;
        const char* found;  // null: nothing
    } const cases[] = {
        {"40 01 00 01", option::uri_path, nullptr},
        {"40 01 00 01 b1 'a'", option::uri_path, "'a'"},
        {"40 01 00 01 b1 'a' 01 'b'", option::uri_path, "'a'"},
        {"40 01 00 01 b1 'a'", option::uri_query, nullptr},
        {"40 01 00 01 c3 01 02 03", option::content_format, nullptr},
        {"40 01 00 01 c3 01 02 03 01 2a", option::content_format, "2a"},
        {"40 01 00 01 c2 01 02", option::content_format, "01 02"},
        {"40 01 00 01 c0", option::content_format, ""},
        {"40 01 00 01 40", option::etag, nullptr},
        {"40 01 00 01 41 01", option::etag, "01"},
        {"40 01 00 01 48 '12345678'", option::etag, "'12345678'"},
        {"40 01 00 01 49 '123456789'", option::etag, nullptr},
        {"40 01 00 01 51 00", option::if_none_match, nullptr},
        {"40 01 00 01 50", option::if_none_match, ""},
        {"40 01 00 01 63 ff ff ff", option::observe, "ff ff ff"},
        {"40 01 00 01 64 00 00 00 00", option::observe, nullptr},
        {"40 01 00 01 d0 03", option::hop_limit, nullptr},
        {"40 01 00 01 d1 03 10", option::hop_limit, "10"},
        {"40 01 00 01 d1 34 61", static_cast<option>(65), "'a'"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.datagram);
        const packet datagram = c.datagram;
        const auto parsed = view::parse(datagram.view());
        ASSERT_TRUE(parsed);
        const auto found = parsed->options().find(c.wanted);
        ASSERT_EQ(found.has_value(), c.found != nullptr);
        if (found) {
            EXPECT_EQ(found->number, c.wanted);
            EXPECT_EQ(packet{found->value}, packet{c.found});
        }
    }
}

TEST(options, are_none_in_a_default_view) {
    const view nothing;
    EXPECT_FALSE(nothing.options().find(option::uri_path));
    EXPECT_TRUE(nothing.payload().empty());
    EXPECT_TRUE(nothing.token().empty());
}

}  // namespace
}  // namespace mincoap::message
