// Parts of the request that a handler keeps. They are moved behind the reply, which may point to them.
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "../../support/exchange.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::core;
using test::filler;
using test::packet;

// The payload, from where it was kept.
reply echo(const request& r) {
    const bytes kept = r.move_behind_reply(r.payload());
    return {code::content, [kept](message::writer& to) { to.payload(kept); }};
}

bytes query_of(const request& r) {
    const auto found = r.message.options().find(option::uri_query);
    return found ? found->value : bytes{};
}
reply echo_query(const request& r) {
    const bytes kept = r.move_behind_reply(query_of(r));
    return {code::content, [kept](message::writer& to) { to.payload(kept); }};
}

// The path's length decides which part of the request the reply overwrites.
TEST(keep, outlives_the_request_in_front_of_it) {
    for (std::size_t path = 0; path <= 40; ++path)
        for (const std::size_t size : {1U, 2U, 15U, 16U, 17U, 100U}) {
            std::string text(size, 'p');
            text.front() = '<';
            text.back() = '>';
            const auto with_path = ask(code::post).token("01 02 03").segment(std::string(path, 's')).payload(text);
            EXPECT_EQ(core{echo}.said(with_path), "2.05: " + text) << path << ", " << size;
        }
}

// The kept query lies in the middle of the request, in front of other options and the payload.
TEST(keep, may_be_a_part_from_the_middle) {
    for (std::size_t behind = 0; behind <= 40; ++behind) {
        const packet datagram = ask(code::get, "a").query("<a query>").accept(0).payload(std::string(behind, 'p'));
        EXPECT_EQ(core{echo_query}.said(datagram), "2.05: <a query>") << behind;
    }
}

// The kept part takes room from the reply. The buffer needs 4 + 1 bytes for header and marker, and the text twice.
TEST(keep, may_overlap_the_place_that_it_is_moved_to) {
    const std::string text = "0123456789abcdef";
    const packet datagram = ask(code::post).payload(text);
    for (std::size_t capacity = 5 + 2 * text.size(); capacity < 64; ++capacity) {
        core c{echo, capacity};
        EXPECT_EQ(c.said(datagram), "2.05: " + text) << capacity;
    }
    const packet two = ask(code::get).query(text).payload("0123456789ab");
    for (std::size_t capacity = 5 + 2 * text.size(); capacity < 64; ++capacity) {
        core c{echo_query, capacity};
        EXPECT_EQ(c.said(two), "2.05: " + text) << capacity;
    }
}

TEST(keep, works_in_a_buffer_that_the_request_fills) {
    const packet of_payload = ask(code::post).token("77").segment(std::string(20, 's')).payload("<kept>");
    core payload{echo, of_payload.size()};
    EXPECT_EQ(payload.answer(of_payload), packet{"61 45 12 34 77 ff '<kept>'"});
    const packet of_query = ask(code::get).token("77").query("<kept>").payload(std::string(20, 'p'));
    core query{echo_query, of_query.size()};
    EXPECT_EQ(query.answer(of_query), packet{"61 45 12 34 77 ff '<kept>'"});
}

// A reply that does not fit beside the kept part becomes the same error as any other reply that does not fit.
TEST(keep, leaves_the_reply_less_room) {
    const std::string text = "0123456789abcdef";
    for (const std::size_t missing : {1U, 2U, 10U}) {
        core c{echo, 5 + 2 * text.size() - missing};
        EXPECT_EQ(c.answer(ask(code::post).payload(text)), packet{"60 a0 12 34"}) << missing;
        EXPECT_EQ(c[outcomes::reply_too_large], 1U);
        EXPECT_EQ(c[outcomes::served], 0U);
    }
    const packet full = ask(code::post).token("01 02 03 04 05 06 07 08").payload(std::string(100, 'p'));
    core c{echo, full.size()};
    EXPECT_EQ(c.answer(full), packet{"68 a0 12 34 01 02 03 04 05 06 07 08"});
}

// The reply is a constant that fits the buffer, but not beside the kept part.
TEST(keep, leaves_a_constant_reply_less_room) {
    const auto greet = [](const request& r) -> reply {
        static_cast<void>(r.move_behind_reply(r.payload()));
        return content("Hello CoAP");
    };
    const packet datagram = ask(code::post).payload("0123456789");
    core exact{greet, 4 + 1 + 1 + 10 + 10};
    EXPECT_EQ(exact.said(datagram), "2.05 ct=0: Hello CoAP");
    core less{greet, 4 + 1 + 1 + 10 + 9};
    EXPECT_EQ(less.said(datagram), "5.00");
}

TEST(keep, leaves_a_bare_reply_alone) {
    const auto drop = [](const request& r) -> reply {
        const bytes everything{r.message.token().data() + r.message.token().size(),
                               r.payload().data() + r.payload().size()};
        EXPECT_EQ(packet{r.move_behind_reply(everything)}, packet{"b1 'a' ff 'x'"});
        return code::changed;
    };
    const packet datagram = ask(code::post, "a").token("77").payload("x");
    core c{drop, 12};
    EXPECT_EQ(c.answer(datagram), packet{"61 44 12 34 77"});
}

TEST(keep, of_nothing_is_empty) {
    int calls = 0;
    const auto handler = [&](const request& r) -> reply {
        ++calls;
        const byte* const before = r.place->room_end;
        EXPECT_TRUE(r.move_behind_reply(r.payload()).empty());
        EXPECT_TRUE(r.move_behind_reply({}).empty());
        EXPECT_EQ(r.place->room_end, before);
        return content("Hello CoAP");
    };
    core c{handler, 16};
    EXPECT_EQ(c.said(ask(code::get)), "2.05 ct=0: Hello CoAP");
    EXPECT_EQ(calls, 1);
}

// A part that is larger than all bytes behind the token is not moved, and the room stays the same.
TEST(keep, of_what_is_larger_than_the_request_is_empty) {
    static const packet foreign = filler(200);
    for (const std::size_t size : {16U - 4U - 1U + 1U, 16U, 17U, 200U}) {
        const auto handler = [&](const request& r) -> reply {
            const byte* const before = r.place->room_end;
            EXPECT_TRUE(r.move_behind_reply(foreign.view().first(size)).empty());
            EXPECT_EQ(r.place->room_end, before);
            EXPECT_EQ(as_text(r.payload()), "<kept>") << "the request is still there";
            return content("content..");
        };
        core c{handler, 16};
        EXPECT_EQ(c.said(ask(code::post).token("77").payload("<kept>")), "2.05 ct=0: content..") << size;
    }
}

// Even if the kept part is as large as everything behind the token, there is room for a bare code.
TEST(keep, of_all_that_the_buffer_holds_is_possible) {
    static const packet foreign = filler(11);
    const auto handler = [](const request& r) -> reply {
        EXPECT_EQ(packet{r.move_behind_reply(foreign.view())}, foreign);
        return code::changed;
    };
    core c{handler, 16};
    EXPECT_EQ(c.answer(ask(code::post).token("77").payload("<kept>")), packet{"61 44 12 34 77"});
}

// The resource below a prefix sees a copy of the request, which shares the room.
TEST(keep, works_below_a_prefix) {
    const auto site = routes(below<"fs">(post(echo)));
    core c{site, 64};
    EXPECT_EQ(c.said(ask(code::post, "fs/a/b").payload("<kept>")), "2.05: <kept>");
    EXPECT_EQ(c.said(ask(code::post, "fs/a").payload(std::string(40, 'p'))), "5.00");
}

// The server keeps no part of a datagram for the next one.
TEST(keep, ends_with_the_exchange) {
    core c{echo, 64};
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(c.said(ask(code::post).payload("0123456789012345678901234")), "2.05: 0123456789012345678901234");
}

TEST(keep, does_not_hide_what_the_server_checks) {
    core c{echo};
    const auto with_format = [](const request& r) -> reply {
        const bytes kept = r.move_behind_reply(r.payload());
        return {code::content, content_format::text_plain, [kept](message::writer& to) { to.payload(kept); }};
    };
    core d{with_format};
    EXPECT_EQ(d.said(ask(code::post).accept(0).payload("<kept>")), "2.05 ct=0: <kept>");
    EXPECT_EQ(d.said(ask(code::post).accept(60).payload("<kept>")), "4.06");
}

}  // namespace
}  // namespace mincoap
