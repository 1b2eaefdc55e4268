// Opening and sealing, against RFC 8613, appendix C.4 to C.8.
#include <mincoap/security/oscore/protect.hpp>

#include <tuple>

#include <gtest/gtest.h>

#include "vectors.hpp"

namespace mincoap::security::oscore {
namespace {

using mincoap::test::filler;
using test::packet;
using test::protected_request;
using test::reference_crypto;

constexpr std::uint64_t number = 20;
constexpr std::size_t token_end = 8;

// Field by field: there are bytes between them.
bool operator==(const context& a, const context& b) {
    const auto numbers = [](const context& c) {
        return std::tuple{c.state,       c.generation,        c.tag,     c.sender_id_size,
                          c.next_number, c.recipient_id_size, c.is_kept, c.id_context_size};
    };
    const auto names = [](const context& c) {
        return std::tuple{c.sender_id_bytes, c.recipient_id_bytes, c.id_context_bytes};
    };
    const auto keys = [](const context& c) { return std::tuple{c.common_iv, c.sender_key, c.recipient_key}; };
    return a.window == b.window && numbers(a) == numbers(b) && names(a) == names(b) && keys(a) == keys(b);
}

cipher_input inputs_of(const context& c, std::uint64_t of) {
    cipher_input in;
    in.make(c, of);
    return in;
}

// The message with that payload, opened in place as a server does it.
struct opened {
    explicit opened(const protected_request& r, const packet& ciphertext)
        : message{r.message}, with{r.server->context_of()} {
        const std::size_t begin = r.message.size() - r.ciphertext.size();
        message = packet{r.message.view().first(begin)} + ciphertext;
        const mutable_bytes sealed = mutable_bytes{message.data(), message.size()}.subspan(begin);
        result = open<reference_crypto>(with, number, inputs_of(with, number), sealed);
        if (result == open_result::opened) size = unwrap(message.data(), token_end, sealed);
    }
    packet request() const { return packet{message.view().first(size)}; }

    packet message;
    context with;
    open_result result;
    std::size_t size = 0;
};

TEST(oscore_protect, has_the_nonces_of_appendix_c_1_to_3) {
    for (const test::derivation& d : test::derivations) {
        SCOPED_TRACE(d.section);
        const context c = d.context_of();
        std::array<byte, nonce_size> nonce{};
        make_nonce(c, c.sender_id(), partial_iv{0}, nonce.data());
        EXPECT_EQ(packet{bytes{nonce}}, d.sender_nonce);
        make_nonce(c, c.recipient_id(), partial_iv{0}, nonce.data());
        EXPECT_EQ(packet{bytes{nonce}}, d.recipient_nonce);
    }
}

TEST(oscore_protect, has_the_nonces_and_additional_data_of_appendix_c_4_to_6) {
    for (const protected_request& r : test::requests) {
        SCOPED_TRACE(r.section);
        const context c = r.server->context_of();
        const cipher_input in = inputs_of(c, number);
        EXPECT_EQ(packet{bytes{in.nonce}}, r.nonce);
        EXPECT_EQ(packet{in.aad.value()}, r.aad);
    }
}

TEST(oscore_protect, opens_the_requests_of_appendix_c_4_to_6) {
    for (const protected_request& r : test::requests) {
        SCOPED_TRACE(r.section);
        const opened o{r, r.ciphertext};
        ASSERT_EQ(o.result, open_result::opened);
        packet expected = packet{r.message.view().first(token_end)} + packet{r.plaintext.view().subspan(1)};
        expected[1] = r.plaintext[0];
        EXPECT_EQ(o.request(), expected);
        EXPECT_FALSE(o.with.window.is_new(number));
        EXPECT_TRUE(o.with.window.is_new(number + 1));
    }
}

TEST(oscore_protect, refuses_each_damaged_bit_and_changes_nothing_of_the_context) {
    const protected_request& r = test::requests[0];
    for (std::size_t bit = 0; bit < 8 * r.ciphertext.size(); ++bit) {
        packet damaged = r.ciphertext;
        damaged[bit / 8] = static_cast<byte>(damaged[bit / 8] ^ 1U << bit % 8);
        const opened o{r, damaged};
        ASSERT_EQ(o.result, open_result::forged) << bit;
        ASSERT_TRUE(o.with == r.server->context_of());
    }
}

TEST(oscore_protect, refuses_each_other_length) {
    const protected_request& r = test::requests[0];
    for (std::size_t size = 0; size < r.ciphertext.size(); ++size)
        EXPECT_EQ((opened{r, packet{r.ciphertext.view().first(size)}}.result), open_result::forged) << size;
    EXPECT_EQ((opened{r, r.ciphertext + "00"}.result), open_result::forged);
}

TEST(oscore_protect, refuses_another_number_kid_or_context) {
    const protected_request& r = test::requests[0];
    const auto result_with = [&](context c, std::uint64_t n) {
        const context before = c;
        packet sealed = r.ciphertext;
        const cipher_input in = inputs_of(c, n);
        const open_result result = open<reference_crypto>(c, n, in, {sealed.data(), sealed.size()});
        EXPECT_EQ(c == before, result != open_result::opened);
        return result;
    };
    EXPECT_EQ(result_with(test::server_of_c1.context_of(), number), open_result::opened);
    EXPECT_EQ(result_with(test::server_of_c1.context_of(), number + 1), open_result::forged);
    EXPECT_EQ(result_with(test::server_of_c2.context_of(), number), open_result::forged);
    EXPECT_EQ(result_with(test::server_of_c3.context_of(), number), open_result::forged);
    context renamed = test::server_of_c1.context_of();
    renamed.recipient_id_size = 1;
    EXPECT_EQ(result_with(renamed, number), open_result::forged);
}

TEST(oscore_protect, opens_a_request_once) {
    const protected_request& r = test::requests[0];
    context c = r.server->context_of();
    for (const open_result expected : {open_result::opened, open_result::replayed, open_result::replayed}) {
        packet sealed = r.ciphertext;
        EXPECT_EQ(open<reference_crypto>(c, number, inputs_of(c, number), {sealed.data(), sealed.size()}), expected);
        EXPECT_EQ(sealed == r.ciphertext, expected == open_result::replayed) << "nothing is decrypted again";
    }
}

// Seals an answer to a request of appendix C.1.
packet sealed(const packet& answer, const partial_iv* own, code outer = code::changed, std::uint64_t of = number) {
    const context c = test::server_of_c1.context_of();
    cipher_input in = inputs_of(c, of);
    packet message = answer + filler(max_overhead, 0xee) + filler(4, 0xdd);
    const std::size_t size = seal<reference_crypto>(c, in, own, message.data(), token_end, answer.size(), outer);
    EXPECT_LE(size, answer.size() + max_overhead);
    EXPECT_EQ((packet{message.view().last(4)}), filler(4, 0xdd)) << "written behind the room";
    return packet{message.view().first(size)};
}

TEST(oscore_protect, seals_the_responses_of_appendix_c_7_and_8) {
    EXPECT_EQ(sealed(test::answer, nullptr), test::response_without_number);
    const partial_iv zero{0};
    EXPECT_EQ(sealed(test::answer, &zero), test::response_with_number);
}

// Opens a response as the client of appendix C.1 does. Returns its outer part, a bar, and its plaintext.
packet opened_response(const packet& response, bytes ciphertext, const partial_iv* own) {
    const context server = test::server_of_c1.context_of();
    cipher_input in = inputs_of(server, number);
    if (own != nullptr) make_nonce(server, server.sender_id(), *own, in.nonce.data());
    packet plain{ciphertext};
    EXPECT_TRUE(reference_crypto::open(server.sender_key.data(), in.nonce.data(), in.aad.value(),
                                       {plain.data(), plain.size()}, tag_size));
    return packet{response.view().first(response.size() - ciphertext.size())} + "ee" +
           packet{plain.view().first(plain.size() - tag_size)};
}

TEST(oscore_protect, seals_a_code_alone) {
    const packet response = sealed("60 84 1234 00000000", nullptr, code::changed);
    ASSERT_EQ(response.size(), token_end + 2 + 1 + tag_size);
    EXPECT_EQ(opened_response(response, response.view().last(1 + tag_size), nullptr),
              "60 44 1234 00000000 90 ff ee 84");
}

TEST(oscore_protect, moves_the_value_of_observe_outside) {
    const partial_iv own{0x1'0000'0001};
    const packet response = sealed("50 45 1234 00000000 41aa 23 80 00 07 61 32 ff 'x'", &own, code::content);
    EXPECT_EQ(opened_response(response, response.view().last(1 + 2 + 1 + 2 + 2 + tag_size), &own),
              "50 45 1234 00000000 63 80 00 07 36 05 01 00 00 00 01 ff ee 45 41aa 20 61 32 ff 'x'");
}

TEST(oscore_protect, takes_an_observe_option_of_each_size) {
    const auto outer_of = [](const packet& observe) {
        const packet response = sealed("50 45 1234 00000000" + observe + "61 32", nullptr, code::content);
        return opened_response(response, response.view().last(1 + 1 + 2 + tag_size), nullptr);
    };
    EXPECT_EQ(outer_of("60"), "50 45 1234 00000000 60 30 ff ee 45 60 61 32");
    EXPECT_EQ(outer_of("61 07"), "50 45 1234 00000000 61 07 30 ff ee 45 60 61 32");
    EXPECT_EQ(outer_of("62 0708"), "50 45 1234 00000000 62 0708 30 ff ee 45 60 61 32");
    EXPECT_EQ(outer_of("63 070809"), "50 45 1234 00000000 63 070809 30 ff ee 45 60 61 32");
}

TEST(oscore_protect, takes_no_other_option_for_observe) {
    for (const packet& answer :
         {packet{"60 45 1234 00000000 41aa"}, packet{"60 45 1234 00000000 71 07"},
          packet{"60 45 1234 00000000 ff 63 01 02 03"}, packet{"60 45 1234 00000000 d1 01 00"}}) {
        const packet response = sealed(answer, nullptr);
        packet expected =
            packet{answer.view().first(token_end)} + "90 ff ee 45" + packet{answer.view().subspan(token_end)};
        expected[1] = 0x44;
        EXPECT_EQ(opened_response(response, response.view().subspan(token_end + 2), nullptr), expected);
    }
}

TEST(oscore_protect, grows_an_answer_by_at_most_the_stated_overhead) {
    const partial_iv largest{number_limit - 1};
    const packet notification = "60 45 1234 00000000 63 800001 ff 'x'";
    EXPECT_EQ(sealed(notification, &largest, code::content).size(), notification.size() + max_overhead);
}

TEST(oscore_protect, keeps_ids_of_each_size_apart_in_nonces_and_additional_data) {
    context c = test::server_of_c1.context_of();
    for (const std::size_t size : {0U, 1U, 6U, 7U}) {
        c.recipient_id_size = static_cast<byte>(size);
        c.recipient_id_bytes.fill(0xa5);
        const cipher_input in = inputs_of(c, number_limit - 1);
        packet expected{bytes{c.common_iv}};
        expected[0] = static_cast<byte>(expected[0] ^ size);
        for (std::size_t i = 0; i < size; ++i)
            expected[8 - size + i] = static_cast<byte>(expected[8 - size + i] ^ 0xa5);
        for (std::size_t i = 8; i < 13; ++i) expected[i] = static_cast<byte>(expected[i] ^ 0xff);
        EXPECT_EQ(packet{bytes{in.nonce}}, expected);
        packet aad = packet{"83 68 'Encrypt0' 40 00 85 01 81 0a 00"} + filler(size, 0xa5) + "45 ff ff ff ff ff 40";
        aad[11] = static_cast<byte>(0x40 + 12 + size);
        aad[16] = static_cast<byte>(0x40 + size);
        EXPECT_EQ(packet{in.aad.value()}, aad);
    }
}

// ---- Messages of other implementations

TEST(oscore_protect, opens_captured_requests) {
    context c = test::captured_server.context_of();
    EXPECT_EQ(packet{bytes{c.sender_key}}, test::captured_server.sender_key);
    EXPECT_EQ(packet{bytes{c.recipient_key}}, test::captured_server.recipient_key);
    for (const test::capture& captured : test::captured_requests) {
        packet message = captured.message;
        const auto view = message::view::parse(message);
        ASSERT_TRUE(view);
        request_option o;
        ASSERT_TRUE(decode(view->options().find(option::oscore)->value, o));
        EXPECT_EQ(packet{o.kid}, "02");
        packet sealed{view->payload()};
        ASSERT_EQ(open<reference_crypto>(c, o.number, inputs_of(c, o.number), {sealed.data(), sealed.size()}),
                  open_result::opened);
        EXPECT_EQ((packet{sealed.view().first(sealed.size() - tag_size)}), captured.plaintext);
    }
}

// The numbers of libcoap's notifications are 1 and 2, and that of the registration is 3.
TEST(oscore_protect, seals_notifications_as_libcoap_does) {
    const context c = test::captured_server.context_of();
    for (std::size_t i = 0; i < test::captured_notifications.size(); ++i) {
        const test::capture& captured = test::captured_notifications.at(i);
        const packet& plaintext = captured.plaintext;
        packet message{captured.message.view().first(6)};
        message[1] = plaintext[0];
        message = message + "61" + packet{captured.message.view().subspan(7, 1)} + packet{plaintext.view().subspan(2)};
        const std::size_t size = message.size();
        message = message + filler(max_overhead);
        cipher_input in = inputs_of(c, 3);
        const partial_iv own{1 + i};
        const std::size_t sealed = seal<reference_crypto>(c, in, &own, message.data(), 6, size, code::content);
        EXPECT_EQ(packet{message.view().first(sealed)}, captured.message);
    }
}

}  // namespace
}  // namespace mincoap::security::oscore
