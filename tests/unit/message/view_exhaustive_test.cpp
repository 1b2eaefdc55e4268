// Every short datagram, read by the library and by a second parser that was written differently (reference_parser.hpp).
//
// The run time limits the length of the datagrams. Two bytes of tail behind every first byte are 2^24 datagrams, and
// three bytes behind one header are as many again. Each takes a second or two, also under AddressSanitizer. Three bytes
// reach every branch of the parser, because an option head with an extension of two bytes has three. Three bytes behind
// every header, or four behind one, would take minutes. Random datagrams and the fuzz target `parse` test longer ones.
#include <array>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include <mincoap/message/view.hpp>

#include "../../support/packet.hpp"
#include "../../support/reference_parser.hpp"

namespace mincoap::message {
namespace {

using test::packet;
using test::reference_parser;
using verdict = reference_parser::verdict;

verdict verdict_of(bytes datagram, view& parsed) {
    switch (view::parse(datagram, parsed, [](auto&&...) {})) {
        case parse_error::none: return verdict::well_formed;
        case parse_error::too_short: return verdict::too_short;
        case parse_error::unknown_version: return verdict::unknown_version;
        default: return verdict::format_error;
    }
}

bool is_same_message(const view& parsed, const reference_parser& reference, bytes datagram) {
    const auto offset = [&](bytes part) { return static_cast<std::size_t>(part.data() - datagram.data()); };
    std::size_t index = 0;
    for (const option_view o : parsed.options()) {
        if (index == reference.option_count) return false;
        const test::reference_option& expected = reference.options[index++];
        if (number_of(o.number) != expected.number || o.value.size() != expected.length ||
            (expected.length != 0 && offset(o.value) != expected.begin))
            return false;
    }
    return index == reference.option_count && static_cast<unsigned>(parsed.type()) == reference.type &&
           static_cast<unsigned>(parsed.code()) == reference.code && parsed.message_id() == reference.message_id &&
           parsed.token().size() == reference.token_length && offset(parsed.token()) == 4 &&
           offset(parsed.payload()) == reference.payload_begin &&
           parsed.payload().size() == datagram.size() - reference.payload_begin;
}

class comparison {
public:
    bool agree(bytes datagram) {
        view parsed;
        const verdict expected = reference_.parse(datagram.data(), datagram.size());
        if (verdict_of(datagram, parsed) != expected) return false;
        well_formed += expected == verdict::well_formed;
        return expected != verdict::well_formed || is_same_message(parsed, reference_, datagram);
    }

    // All tails of that many bytes behind the header.
    void expect_agreement(std::array<byte, 4> header, unsigned tail_size) {
        // Exactly as large as the datagram, so that AddressSanitizer sees a byte read past its end.
        std::vector<byte> datagram(header.begin(), header.end());
        datagram.resize(4 + tail_size);
        for (std::uint32_t tail = 0; tail < std::uint32_t{1} << 8 * tail_size; ++tail) {
            for (unsigned i = 0; i < tail_size; ++i) datagram[4 + i] = static_cast<byte>(tail >> 8 * i);
            ASSERT_TRUE(agree(datagram)) << testing::PrintToString(packet{bytes{datagram}});
        }
    }

    std::size_t well_formed = 0;

private:
    reference_parser reference_;
};

TEST(every_datagram, up_to_a_header) {
    comparison both;
    for (unsigned first = 0; first < 256; ++first)
        for (unsigned second = 0; second < 256; ++second) {
            const std::vector<byte> datagram{static_cast<byte>(first), static_cast<byte>(second), 0xff, 0x00};
            for (std::size_t size = 0; size <= 4; ++size)
                ASSERT_TRUE(both.agree(std::vector<byte>(datagram.begin(), datagram.begin() + std::ptrdiff_t(size))));
        }
}

TEST(every_datagram, of_up_to_two_bytes_behind_every_header_of_a_request) {
    comparison both;
    for (unsigned first = 0; first < 256; ++first)
        for (unsigned tail_size = 0; tail_size <= 2; ++tail_size)
            both.expect_agreement({static_cast<byte>(first), 1, 0, 1}, tail_size);
    EXPECT_GT(both.well_formed, 100'000U);
}

TEST(every_datagram, of_up_to_two_bytes_behind_every_header_of_an_empty_message) {
    comparison both;
    for (unsigned first = 0; first < 256; ++first)
        for (unsigned tail_size = 0; tail_size <= 2; ++tail_size)
            both.expect_agreement({static_cast<byte>(first), 0, 0, 1}, tail_size);
    EXPECT_EQ(both.well_formed, 4U) << "the header alone, of each type";
}

TEST(every_datagram, of_three_bytes_behind_two_headers) {
#ifdef __OPTIMIZE__
    comparison both;
    both.expect_agreement({0x40, 1, 0, 1}, 3);
    both.expect_agreement({0x51, 0x45, 0, 1}, 3);
    EXPECT_GT(both.well_formed, 1'000'000U);
#else
    GTEST_SKIP() << "takes too long when not optimised";
#endif
}

// Random datagrams, biased so that options follow each other for a while.
TEST(random_datagrams, are_read_alike) {
    std::mt19937 engine{25'197};  // NOLINT(*-msc51-*): the same ones every time
    const auto up_to = [&](unsigned most) { return std::uniform_int_distribution<unsigned>{0, most}(engine); };
    comparison both;
    for (int i = 0; i < 200'000; ++i) {
        std::vector<byte> datagram{static_cast<byte>(0x40 | up_to(0x3f)), static_cast<byte>(up_to(255)), 0, 1};
        if (up_to(3) != 0) datagram[0] &= 0xf3;
        datagram.resize(4 + up_to(40));
        for (std::size_t at = 4; at < datagram.size(); ++at) {
            static constexpr byte heads[] = {0xb0, 0x01, 0x12, 0xd1, 0xe0, 0x0d, 0x0e, 0xff, 0x00, 0x00};
            datagram[at] = up_to(1) == 0 ? heads[up_to(std::size(heads) - 1)] : static_cast<byte>(up_to(255));
        }
        ASSERT_TRUE(both.agree(datagram)) << testing::PrintToString(packet{bytes{datagram}});
    }
    EXPECT_GT(both.well_formed, 1'000U);
}

// Datagrams that broke other implementations. Both parsers must refuse each of them, or read it alike.
TEST(known_bad_datagrams, are_read_alike) {
    comparison both;
    const auto expect = [&](const packet& datagram, verdict expected) {
        view parsed;
        EXPECT_EQ(verdict_of(datagram, parsed), expected) << testing::PrintToString(datagram);
        EXPECT_TRUE(both.agree(std::vector<byte>(datagram.view().begin(), datagram.view().end())));
    };
    expect(
        "42 43 42 42 42 42 42 9e 80 42 42 28 01 e1 e1 e1 e1 e1 e1 e1 e1 e1 e1 e1 e1 e1 bf e1 00 00 10 00 43 42 53 42 "
        "ff 49",
        verdict::format_error);
    expect("51 51 51 00 80 51 51 51 51 4e 51 51 51 51 51 51 51 f5 06", verdict::format_error);
    expect("54 01 4d 32 c9 86 69 bf 41 0d 75 61 73 79 6e 63 43 62 3d 30 11 e4 71 19 43 55 8e c1 d0 14",
           verdict::well_formed);
    expect("4d 01 00 01", verdict::format_error);
    expect("4e 01 00 01", verdict::format_error);
    expect("4f 01 00 01", verdict::format_error);
    expect(packet{"4d 01 00 01 bb"} + test::filler(200, 0xaa) + "bb '.well-known' 04 'core'", verdict::format_error);
    expect("48 01 00 01 aa bb", verdict::format_error);
    packet many = "40 01 00 01 11 61";
    for (int i = 0; i < 41; ++i) many = many + "11 61";
    expect(many, verdict::well_formed);
    expect("40 01 00 01 0e ff f0 41", verdict::format_error);
    expect("40 01 00 01 0e ff ff", verdict::format_error);
    expect("40 01 00 01 e0 ff ff e0 ff ff 11 61", verdict::format_error);
    expect("40 01 00 01 b3 ff 61 ff", verdict::well_formed);
    expect("00 01 00 01", verdict::unknown_version);
    expect("40 01 00", verdict::too_short);
}

}  // namespace
}  // namespace mincoap::message
