// Datagrams that are larger than the buffer. The lost bytes may change the meaning, so only header and token count. A
// request gets 4.13 (RFC 7252 §5.9.2.9). Any other message is rejected.
#include <array>

#include <gtest/gtest.h>

#include "../../support/exchange.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::core;
using test::filler;
using test::multicast;
using test::packet;
using test::unreachable;
using test::unreachable_handler;

// Would take every response.
struct listening {
    int responses = 0;

    std::size_t receive(exchange& x, auto next) {
        if (!is_response_or_ack(x)) return next(x);
        ++responses;
        return acknowledge(x);
    }
};

constexpr const char* silence = "";

// Returns a datagram that a client could send, and that does not fit.
packet too_large(const char* begin, std::size_t capacity) { return packet{begin} + filler(capacity); }

// ---- Requests

// RFC 7252 §5.2.1, §5.3.1: Message ID and token are those of the request. RFC 7959 §4: Size1 is 128 - 6 - 48.
TEST(truncated, confirmable_request_is_answered_with_4_13_and_size1) {
    core c{unreachable, 128};
    EXPECT_EQ(c.answer(too_large("42 03 12 34 77 88 b1 'a' ff", 128)), packet{"62 8d 12 34 77 88 d1 2f 4a"});
    EXPECT_EQ(c.answer(too_large("40 01 ff fe b1 'a' ff", 128)), packet{"60 8d ff fe d1 2f 4c"});
    EXPECT_EQ(c[outcomes::truncated], 2U);
}

// RFC 7252 §5.2.3: the response to a Non-confirmable request is Non-confirmable.
TEST(truncated, non_confirmable_request_is_answered_with_a_non_confirmable_4_13) {
    core c{unreachable, 128};
    EXPECT_EQ(c.answer(too_large("52 03 12 34 77 88 b1 'a' ff", 128)), packet{"52 8d be ef 77 88 d1 2f 4a"});
    EXPECT_EQ(c[outcomes::truncated], 1U);
}

// RFC 7252 §4.4
TEST(truncated, non_confirmable_answer_has_a_message_id_of_the_servers_own) {
    server_memory<16> memory;
    net::loopback<> socket;
    counters counted;
    server s{socket, unreachable, memory, unguarded{}, counted};
    s.start_message_ids_at(0xabcd);
    ASSERT_TRUE(socket.deliver(too_large("51 03 12 34 77 b1 'a' ff", 16).view(), test::unicast()));
    EXPECT_EQ(s.poll(0), poll_result::served);
    const auto* const sent = socket.take();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(packet{sent->content()}, packet{"51 8d ab cd 77"});
    EXPECT_EQ(counted[outcomes::truncated], 1U);
}

// RFC 7252 §5.8: every code of class 0, but the Empty one, is a request.
TEST(truncated, request_of_any_method_is_answered) {
    for (unsigned method = 1; method < 32; ++method) {
        packet datagram = "40 01 12 34 ff";
        datagram[1] = static_cast<byte>(method);
        core c{unreachable, 16};
        EXPECT_EQ(c.answer(datagram + filler(16)), packet{"60 8d 12 34"}) << method;
        EXPECT_EQ(c[outcomes::truncated], 1U) << method;
    }
}

TEST(truncated, token_of_any_size_is_echoed) {
    for (std::size_t size = 0; size <= 8; ++size) {
        packet head = "40 03 12 34";
        head[0] = static_cast<byte>(0x40 + size);
        packet expected = "60 8d 12 34";
        expected[0] = static_cast<byte>(0x60 + size);
        core c{unreachable, 64 + size};
        EXPECT_EQ(c.answer(head + filler(size, 't') + "ff" + filler(100)), expected + filler(size, 't')) << size;
    }
}

// The bytes behind the token do not matter. They may be anything, even cut through an option.
TEST(truncated, options_of_a_request_do_not_count) {
    for (const char* const rest : {"", "ff", "f0 'malformed'", "b5 'ab'", "d0", "d1 16 00", "d1 1a 'proxy'", "51 00",
                                   "b1 'a' ff", "d2 04 00 3c", "e0 ff ff ff ff"}) {
        core c{unreachable, 16};
        EXPECT_EQ(c.answer(packet{"40 01 12 34"} + rest + filler(16)), packet{"60 8d 12 34"}) << rest;
        EXPECT_EQ(c.answer(packet{"50 01 12 34"} + rest + filler(16)), packet{"50 8d be ef"}) << rest;
        EXPECT_EQ(c[outcomes::truncated], 2U) << rest;
    }
}

TEST(truncated, one_byte_is_enough) {
    constexpr auto site = routes(at<"a">(put([] { return code::changed; })));
    const packet head = "40 03 12 34 b1 'a' ff";
    core c{site, 100};
    EXPECT_EQ(c.answer(head + filler(100 - head.size())), packet{"60 44 12 34"});
    EXPECT_EQ(c[outcomes::truncated], 0U);
    EXPECT_EQ(c.answer(head + filler(101 - head.size())), packet{"60 8d 12 34 d1 2f 30"});
    EXPECT_EQ(c[outcomes::truncated], 1U);
}

TEST(truncated, whole_datagram_that_the_socket_calls_truncated_is_none) {
    net::arrival about = test::unicast();
    about.truncated = true;
    core c{unreachable, 128};
    EXPECT_EQ(c.answer("41 01 12 34 77", about), packet{"61 8d 12 34 77 d1 2f 4b"});
    EXPECT_EQ(c.answer("41 01 12 34 77 b1 'a'", about), packet{"61 8d 12 34 77 d1 2f 4b"});
    EXPECT_EQ(c.answer("40 01 12 34", about), packet{"60 8d 12 34 d1 2f 4c"});
    EXPECT_EQ(c[outcomes::truncated], 3U);
}

// A request of that size then fits, where its options and its marker take no more than 48 bytes.
TEST(truncated, size1_is_a_payload_that_fits) {
    constexpr auto site = routes(at<"a">(
        put([](const request& r) { return r.payload().size() == 128 - 6 - 48 ? code::changed : code::bad_request; })));
    core c{site, 128};
    const packet sent = c.answer(ask(code::put, "a").token("77 88").payload(std::string(200, 'x')));
    const auto answer = message::view::parse(sent.view());
    ASSERT_TRUE(answer);
    const auto size1 = answer->options().find(option::size1);
    ASSERT_TRUE(size1);
    const packet again = ask(code::put, "a").token("77 88").payload(std::string(size1->uint(), 'x'));
    EXPECT_EQ(c.said(again), "2.04");
}

// RFC 7252 §3.2: in as few bytes as possible.
TEST(truncated, size1_is_of_one_byte_or_two) {
    const packet datagram = packet{"41 03 12 34 77 ff"} + filler(65534);
    const auto answer = [&](std::size_t capacity) { return core{unreachable, capacity}.answer(datagram); };
    EXPECT_EQ(answer(5 + 48 + 255), packet{"61 8d 12 34 77 d1 2f ff"});
    EXPECT_EQ(answer(5 + 48 + 256), packet{"61 8d 12 34 77 d2 2f 01 00"});
    EXPECT_EQ(answer(1152), packet{"61 8d 12 34 77 d2 2f 04 4b"});
    EXPECT_EQ(answer(65535), packet{"61 8d 12 34 77 d2 2f ff ca"});
}

TEST(truncated, size1_is_left_out_where_there_is_no_room_for_a_payload) {
    const packet datagram = packet{"41 03 12 34 77 ff"} + filler(200);
    for (std::size_t capacity = 12; capacity < 5 + 48 + 16; ++capacity)
        EXPECT_EQ((core{unreachable, capacity}.answer(datagram)), packet{"61 8d 12 34 77"}) << capacity;
    EXPECT_EQ((core{unreachable, 5 + 48 + 16}.answer(datagram)), packet{"61 8d 12 34 77 d1 2f 10"});
}

// The smallest buffer there is holds a header and the longest token.
TEST(truncated, smallest_buffer_holds_the_answer) {
    core c{unreachable, 12};
    EXPECT_EQ(c.answer("48 01 12 34 01 02 03 04 05 06 07 08 ff 'x'"), packet{"68 8d 12 34 01 02 03 04 05 06 07 08"});
    EXPECT_EQ(c.answer("58 01 12 34 01 02 03 04 05 06 07 08 ff 'x'"), packet{"58 8d be ef 01 02 03 04 05 06 07 08"});
    EXPECT_EQ(c[outcomes::truncated], 2U);
}

// ---- Blocks

std::uint32_t block1_of(const packet& sent) {
    const auto answer = message::view::parse(sent.view());
    const auto found = answer ? answer->options().find(option::block1) : std::nullopt;
    EXPECT_TRUE(found) << testing::PrintToString(sent);
    return found ? found->uint() : ~std::uint32_t{0};
}

// RFC 7959 §2.9.3: "The response SHOULD contain a Block1 Option" with the size of the blocks to send it in.
TEST(truncated, block1_is_told_where_the_site_takes_blocks) {
    static byte_store<4096> image;
    constexpr auto site = routes(at<"a">(text("A")), at<"image">(put_blocks(image)));
    const packet datagram = packet{"42 03 12 34 77 88 b1 'a' ff"} + filler(2000);
    core c{site, 128};
    EXPECT_EQ(c.answer(datagram), packet{"62 8d 12 34 77 88 d1 0e 02"}) << "64 bytes fit 74";
    EXPECT_EQ(c[outcomes::truncated], 1U);
}

// RFC 7959 §2.2: 16 to 1,024 bytes.
TEST(truncated, block1_is_the_largest_block_that_fits) {
    static byte_store<4096> image;
    constexpr auto site = routes(at<"image">(put_blocks(image)));
    const packet datagram = packet{"40 03 12 34 ff"} + filler(4000);
    for (std::uint32_t exponent = 0; exponent <= 6; ++exponent) {
        const std::size_t capacity = 4 + 48 + (std::size_t{16} << exponent);
        EXPECT_EQ((block1_of(core{site, capacity}.answer(datagram))), exponent);
        if (exponent > 0) {
            EXPECT_EQ((block1_of(core{site, capacity - 1}.answer(datagram))), exponent - 1);
        }
    }
    EXPECT_EQ((block1_of(core{site, 3000}.answer(datagram))), 6U);
}

TEST(truncated, block1_is_not_told_where_no_resource_takes_it) {
    constexpr auto site = routes(at<"a">(text("A"), put([] { return code::changed; })));
    core c{site, 128};
    EXPECT_EQ(c.answer(packet{"40 03 12 34 b1 'a' ff"} + filler(200)), packet{"60 8d 12 34 d1 2f 4c"});
    constexpr auto block2_only = routes(at<"a">(document("A")));
    core d{block2_only, 128};
    EXPECT_EQ(d.answer(packet{"40 03 12 34 b1 'a' ff"} + filler(200)), packet{"60 8d 12 34 d1 2f 4c"});
}

// ---- What is no request that may be answered

// RFC 7252 §8.2: a multicast request gets no error response. §8.1: a Confirmable one is not rejected either.
TEST(truncated, multicast_is_met_with_silence) {
    for (const char* const first : {"40", "50", "60", "70"})
        for (const char* const rest : {"01 12 34 b1 'a' ff", "45 12 34 ff", "00 12 34", "21 12 34"}) {
            core<unreachable_handler, listening> c{unreachable, 128};
            EXPECT_EQ(c.answer(packet{first} + rest + filler(128), multicast()), packet{silence}) << first << rest;
            EXPECT_EQ(c.layer<listening>().responses, 0) << first << rest;
        }
}

// RFC 7252 §4.2, §4.3: a Confirmable message is rejected with a Reset, any other one by silence. A part of a
// response is no response.
TEST(truncated, response_is_rejected_and_never_shown) {
    for (const char* const rest : {"45 12 34 ff", "84 12 34 ff", "45 12 34 b1 'a' ff", "a0 12 34 f0", "5f 12 34"}) {
        core<unreachable_handler, listening> c{unreachable, 16};
        EXPECT_EQ(c.answer(packet{"40"} + rest + filler(16)), packet{"70 00 12 34"}) << rest;
        EXPECT_EQ(c.answer(packet{"50"} + rest + filler(16)), packet{silence}) << rest;
        EXPECT_EQ(c.answer(packet{"60"} + rest + filler(16)), packet{silence}) << rest;
        EXPECT_EQ(c.answer(packet{"70"} + rest + filler(16)), packet{silence}) << rest;
        EXPECT_EQ(c.layer<listening>().responses, 0) << rest;
    }
}

// RFC 7252 §4.1: an Empty message ends after its Message ID, so a longer message is not an Empty one.
TEST(truncated, empty_message_is_rejected_and_never_shown) {
    core<unreachable_handler, listening> c{unreachable, 16};
    EXPECT_EQ(c.answer(packet{"40 00 12 34"} + filler(16)), packet{"70 00 12 34"});
    EXPECT_EQ(c.answer(packet{"50 00 12 34"} + filler(16)), packet{silence});
    EXPECT_EQ(c.answer(packet{"60 00 12 34"} + filler(16)), packet{silence});
    EXPECT_EQ(c.answer(packet{"70 00 12 34"} + filler(16)), packet{silence});
    EXPECT_EQ(c.answer(packet{"42 00 12 34"} + filler(16)), packet{"70 00 12 34"});
    EXPECT_EQ(c.layer<listening>().responses, 0);
}

// RFC 7252 §3, §4.3
TEST(truncated, reserved_code_is_rejected) {
    for (const char* const rest : {"20 12 34", "21 12 34 ff", "3f 12 34", "c0 12 34", "e1 12 34 ff", "ff 12 34"}) {
        core<unreachable_handler, listening> c{unreachable, 16};
        EXPECT_EQ(c.answer(packet{"40"} + rest + filler(16)), packet{"70 00 12 34"}) << rest;
        EXPECT_EQ(c.answer(packet{"50"} + rest + filler(16)), packet{silence}) << rest;
        EXPECT_EQ(c.layer<listening>().responses, 0) << rest;
    }
}

// RFC 7252 §4.2: a request is neither in an Acknowledgement nor in a Reset.
TEST(truncated, request_where_none_can_be_is_met_with_silence) {
    core c{unreachable, 16};
    EXPECT_EQ(c.answer(packet{"60 01 12 34 b1 'a' ff"} + filler(16)), packet{silence});
    EXPECT_EQ(c.answer(packet{"70 01 12 34 b1 'a' ff"} + filler(16)), packet{silence});
}

// RFC 7252 §3: "Messages with unknown version numbers MUST be silently ignored."
TEST(truncated, unknown_version_is_met_with_silence) {
    for (const char* const first : {"00", "10", "80", "8f", "c0", "f0"}) {
        core c{unreachable, 16};
        EXPECT_EQ(c.answer(packet{first} + "01 12 34 b1 'a' ff" + filler(16)), packet{silence}) << first;
        EXPECT_EQ(c[outcomes::truncated], 1U) << first;
    }
}

// RFC 7252 §3: lengths 9 to 15 "MUST be processed as a message format error".
TEST(truncated, reserved_token_length_is_rejected) {
    for (unsigned length = 9; length <= 15; ++length)
        for (const std::size_t capacity : {12U, 13U, 19U, 20U, 128U}) {
            packet datagram = packet{"40 01 12 34"} + filler(200);
            datagram[0] = static_cast<byte>(0x40 + length);
            core c{unreachable, capacity};
            EXPECT_EQ(c.answer(datagram), packet{"70 00 12 34"}) << length << ", " << capacity;
            datagram[0] = static_cast<byte>(0x50 + length);
            EXPECT_EQ(c.answer(datagram), packet{silence}) << length << ", " << capacity;
            EXPECT_EQ(c[outcomes::truncated], 2U) << length << ", " << capacity;
        }
}

// Each datagram has exactly one outcome.
TEST(truncated, datagram_is_counted_as_truncated_once) {
    for (const net::arrival& about : {test::unicast(), multicast()})
        for (const char* const first : {"40", "50", "60", "70"})
            for (const char* const rest : {"00 12 34", "01 12 34 b1 'a' ff", "03 12 34 f0", "08 12 34", "21 12 34",
                                           "45 12 34 ff", "84 12 34", "ff 12 34"}) {
                core<unreachable_handler, listening> c{unreachable, 16};
                c.answer(packet{first} + rest + filler(16), about);
                EXPECT_EQ(c[outcomes::truncated], 1U)
                    << first << ' ' << rest << (about.multicast ? " by multicast" : "");
            }
}

}  // namespace
}  // namespace mincoap
