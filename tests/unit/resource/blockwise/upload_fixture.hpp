// The fixture of the upload tests: stores and a sink in a site, and responses as text.
#pragma once

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "../../../support/exchange.hpp"
#include "../../../support/options.hpp"

namespace mincoap::upload_tests {

using test::ask;
using test::block1;
using test::block2;
using test::block_value;
using test::core;
using test::etag_number;
using test::if_match;
using test::if_none_match;
using test::last;
using test::more;
using test::packet;
using test::request_tag;
using test::size1;
using test::uint;

inline std::string block_text(std::uint32_t value) {
    return std::to_string(value >> 4) + ((value & 8) != 0 ? "/1/" : "/0/") + std::to_string(16U << (value & 7));
}

// Returns a response in the notation of RFC 7959 §3: "2.31 1:0/1/16", then Content-Format, Size1 and payload if
// present.
inline std::string described(const packet& sent) {
    if (sent.size() == 0) return "silence";
    const auto message = message::view::parse(sent.view());
    if (!message) return "malformed";
    const unsigned code = static_cast<unsigned>(message->code());
    std::string text = std::to_string(code / 32) + (code % 32 < 10 ? ".0" : ".") + std::to_string(code % 32);
    for (const message::option_view o : message->options()) {
        if (o.number == option::content_format) text += " ct=" + std::to_string(o.uint());
        if (o.number == option::max_age) text += " max-age=" + std::to_string(o.uint());
        if (o.number == option::block1) text += " 1:" + block_text(o.uint());
        if (o.number == option::block2) text += " 2:" + block_text(o.uint());
        if (o.number == option::size1) text += " size1=" + std::to_string(o.uint());
    }
    if (!message->payload().empty()) text += ": " + std::string{as_text(message->payload())};
    return text;
}

inline packet tag_in(const packet& sent) {
    const auto message = message::view::parse(sent.view());
    const auto found = message ? message->options().find(option::etag) : std::nullopt;
    EXPECT_TRUE(found) << testing::PrintToString(sent);
    return found ? packet{found->value} : packet{};
}

inline const std::string a16(16, 'a');
inline const std::string b16(16, 'b');
inline const std::string c16(16, 'c');
inline const std::string d16(16, 'd');

// Accepts each block, and logs its offset and size.
struct open_sink {
    std::string log;
    code answer = code::changed;

    code write(std::uint32_t offset, bytes data, bool more_follow) {
        log += std::to_string(offset) + "+" + std::to_string(data.size()) + (more_follow ? " " : ".");
        return answer;
    }
};

class upload_test : public testing::Test {
protected:
    static inline byte_store<64> store;
    static inline open_sink open;
    static constexpr auto site =
        routes(at<"s">(get_blocks(store), put_blocks(store)), at<"json">(put_blocks<content_format::json>(store)),
               at<"open">(put_blocks(open)), at<"post">(post_blocks(store)),
               at<"other">(post_blocks<content_format::json, content_format::text_plain>(store)));

    void SetUp() override {
        store = {};
        open = {};
    }

    std::string told(const packet& datagram) { return described(c.answer(datagram)); }
    std::string put(std::uint32_t number, bool more_follow, std::string_view payload, unsigned size_exponent = 0) {
        return told(block(number, more_follow, payload, size_exponent));
    }
    static ask block(std::uint32_t number, bool more_follow, std::string_view payload, unsigned size_exponent = 0) {
        return ask{code::put, "s"}.with(block1, block_value(number, more_follow, size_exponent)).payload(payload);
    }
    static ask post_block(std::uint32_t number, bool more_follow, std::string_view payload, unsigned exponent = 0) {
        return ask{code::post, "post"}.with(block1, block_value(number, more_follow, exponent)).payload(payload);
    }
    std::string content() { return told(ask{code::get, "s"}); }

    static net::arrival client_at(std::uint16_t port) {
        net::arrival about = test::unicast();
        about.route.remote.port = port;
        return about;
    }
    std::string told_at(std::uint16_t port, const packet& datagram, std::uint32_t now_ms = 0) {
        return described(c.answer(datagram, client_at(port), now_ms));
    }

    core<decltype(site)> c{site};
};

}  // namespace mincoap::upload_tests
