// Structs as resources: GET, PUT, FETCH and iPATCH in application/cbor.
#include <array>
#include <optional>
#include <utility>

#include <gtest/gtest.h>

#include "../../support/exchange.hpp"
#include "../../support/options.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::block1;
using test::block2;
using test::core;
using test::etag_number;
using test::filler;
using test::if_match;
using test::if_none_match;
using test::packet;

constexpr unsigned cbor_format = 60;

struct settings {
    bool on = false;
    std::uint8_t level = 50;
    std::int16_t offset = -3;
    bounded_text<16> name = "lamp";
    bounded_list<std::uint32_t, 4> times{60, 120};
    float gain = 1.5;
};
constexpr auto settings_fields =
    fields(field<1>(&settings::on), field<2>(&settings::level).max(100), field<3>(&settings::offset).min(-40).max(85),
           field<4>(&settings::name), field<"times">(&settings::times), field<6>(&settings::gain).read_only());

const packet at_first = "a6 01f4 021832 0322 0464'lamp' 06f93e00 65'times'82183c1878";
const packet others = "a5 01f5 0207 0300 0463'new' 65'times'80";
const packet others_with_gain = "a6 01f5 0207 0300 0463'new' 06f93e00 65'times'80";

std::string as_payload(const packet& p) { return std::string{as_text(p.view())}; }
ask request_of(code method, std::string_view path, const packet& payload) {
    return ask{method, path}.format(cbor_format).payload(as_payload(payload));
}
std::string content_of(const packet& payload) { return "2.05 ct=60: " + as_payload(payload); }

class record_test : public testing::Test {
protected:
    static inline settings current;
    static inline int calls;

    void SetUp() override {
        current = {};
        calls = 0;
    }

    static bool is_bright(const settings& s) { return ++calls, s.level >= 5; }
    static void count(const settings&) { ++calls; }
    static code only_if_on(const settings& s) {
        ++calls;
        return s.on ? code::created : code::forbidden;
    }
    static settings read() { return current; }
    static bool write(const settings& s) {
        if (s.level < 5) return false;
        current = s;
        return true;
    }

    static constexpr auto site = routes(
        at<"s">(record(current, settings_fields)), at<"const">(record(std::as_const(current), settings_fields)),
        at<"strict">(record(current, settings_fields).deterministic()).title("Strict"),
        at<"bright">(record(current, settings_fields, is_bright)), at<"told">(record(current, settings_fields, count)),
        at<"on">(record(current, settings_fields, only_if_on)), at<"read">(record(read, settings_fields)),
        at<"functions">(record(read, write, settings_fields)),
        at<"some">(record<code::get, code::ipatch>(current, settings_fields)).title("Some").ct(content_format::cbor),
        well_known_core);

    core<decltype(site)> c{site};

    std::string get(std::string_view path = "s") { return c.said(ask(code::get, path)); }
    std::string put(const packet& payload, std::string_view path = "s") {
        return c.said(request_of(code::put, path, payload));
    }
    std::string fetch(const packet& payload, std::string_view path = "s") {
        return c.said(request_of(code::fetch, path, payload));
    }
    std::string ipatch(const packet& payload, std::string_view path = "s") {
        return c.said(request_of(code::ipatch, path, payload));
    }
    packet tag(const packet& request = ask(code::get, "s")) {
        const packet sent = c.answer(request);
        const auto answer = message::view::parse(sent);
        const auto found = answer->options().find(option::etag);
        return found ? packet{found->value} : packet{};
    }
};

// ---- GET

TEST_F(record_test, is_a_map_in_deterministic_order) {
    EXPECT_EQ(get(), content_of(at_first));
    current.level = 99;
    EXPECT_EQ(get(), content_of("a6 01f4 021863 0322 0464'lamp' 06f93e00 65'times'82183c1878"));
}

TEST_F(record_test, goes_in_blocks_of_which_all_have_the_same_tag) {
    packet body;
    for (unsigned n = 0; n < 2; ++n) {
        const packet block = ask(code::get, "s").with(block2, packet{bytes{std::array{static_cast<byte>(n << 4)}}});
        const packet sent = c.answer(block);
        body = body + packet{message::view::parse(sent)->payload()};
        EXPECT_EQ(tag(block), tag());
    }
    EXPECT_EQ(body, at_first);
    EXPECT_EQ(c.said(ask(code::get, "s").with(block2, "20")), "4.00") << "behind the end";
}

TEST_F(record_test, is_valid_while_it_does_not_change) {
    const packet first = tag();
    EXPECT_EQ(first.size(), 4U);
    EXPECT_EQ(c.said(ask(code::get, "s").with(etag_number, first)), "2.03");
    EXPECT_EQ(c.said(request_of(code::fetch, "s", "81 02").with(etag_number, first)).substr(0, 4), "2.05");
    current.on = true;
    EXPECT_NE(tag(), first);
    EXPECT_EQ(c.said(ask(code::get, "s").with(etag_number, first)).substr(0, 4), "2.05");
}

TEST_F(record_test, is_of_one_format) {
    EXPECT_EQ(c.said(ask(code::get, "s").accept(0)), "4.06");
    EXPECT_EQ(c.said(ask(code::get, "s").accept(cbor_format)), content_of(at_first));
    for (const code method : {code::put, code::fetch, code::ipatch}) {
        EXPECT_EQ(c.said(ask(method, "s").format(0).payload(as_payload(others))), "4.15");
        EXPECT_EQ(c.said(ask(method, "s").format(112).payload(as_payload(others))), "4.15");
    }
    EXPECT_EQ(get(), content_of(at_first));
    EXPECT_EQ(c.said(ask(code::put, "s").payload(as_payload(others))), "2.04")
        << "RFC 7252 §5.5.1: no option, so a guess";
}

TEST_F(record_test, is_selected_and_patched_in_a_format_that_the_request_names) {
    EXPECT_EQ(c.said(ask(code::fetch, "s").payload(as_payload("81 02"))), "4.15");
    EXPECT_EQ(c.said(ask(code::ipatch, "s").payload(as_payload("a1 02 05"))), "4.15");
    EXPECT_EQ(get(), content_of(at_first));
}

// ---- PUT

TEST_F(record_test, is_put_as_a_whole) {
    EXPECT_EQ(put(others), "2.04");
    EXPECT_EQ(get(), content_of(others_with_gain));
    EXPECT_TRUE(current.on);
    EXPECT_EQ(current.name.view(), "new");
}

TEST_F(record_test, is_put_as_it_was_got) {
    EXPECT_EQ(put(at_first), "2.04");
    EXPECT_EQ(put(others_with_gain), "2.04");
    EXPECT_EQ(get(), content_of(others_with_gain));
    EXPECT_EQ(put("a6 01f5 0207 0300 0463'new' 06f93c00 65'times'80"), "4.22") << "another gain, which is read only";
}

TEST_F(record_test, is_put_all_or_nothing) {
    EXPECT_EQ(put("a4 01f5 0207 0300 0463'new'"), "4.22") << "times are missing";
    EXPECT_EQ(put("a5 01f5 021865 0300 0463'new' 65'times'80"), "4.22") << "level 101";
    EXPECT_EQ(put("a5 01f5 0207 0300 0463'new' 65'times'85 0102030405"), "4.22") << "a fifth time";
    EXPECT_EQ(put("a5 01f5 0207 0300 0441'n' 65'times'80"), "4.22") << "a byte string";
    EXPECT_EQ(put("a6 01f5 0207 0300 0463'new' 65'times'80 0700"), "4.22") << "an unknown key";
    EXPECT_EQ(put("a6 01f5 0207 0300 0463'new' 65'times'80 01f5"), "4.22") << "a key twice";
    EXPECT_EQ(put("80"), "4.22");
    EXPECT_EQ(put(""), "4.00");
    EXPECT_EQ(put(others + "00"), "4.00") << "trailing bytes";
    EXPECT_EQ(put("a5 01f5 0207 0300 0463'new' 65'times'81"), "4.00") << "cut off";
    EXPECT_EQ(put("a5 01f5 0207 0300 0463'new' 65'times'1c"), "4.00") << "reserved";
    EXPECT_EQ(put("a5 01f5 0207 0300 0461ff 65'times'80"), "4.00") << "no UTF-8";
    EXPECT_EQ(get(), content_of(at_first));
}

TEST_F(record_test, is_refused_in_blocks) {
    EXPECT_EQ(c.said(request_of(code::put, "s", packet{others.view().first(16)}).with(block1, "08")), "4.02");
    EXPECT_EQ(c.said(request_of(code::ipatch, "s", "a0").with(block1, "18")), "4.02");
    EXPECT_EQ(get(), content_of(at_first));
}

// ---- iPATCH

TEST_F(record_test, is_changed_by_members) {
    EXPECT_EQ(ipatch("a2 021863 01f5"), "2.04") << "in any order";
    EXPECT_EQ(get(), content_of("a6 01f5 021863 0322 0464'lamp' 06f93e00 65'times'82183c1878"));
    EXPECT_EQ(ipatch("a1 65'times'8105"), "2.04");
    EXPECT_EQ(current.times, (bounded_list<std::uint32_t, 4>{5}));
    EXPECT_EQ(ipatch("a0"), "2.04");
    EXPECT_EQ(ipatch("a1 06f93e00"), "2.04") << "read-only, but unchanged";
    EXPECT_EQ(get(), content_of("a6 01f5 021863 0322 0464'lamp' 06f93e00 65'times'8105"));
}

TEST_F(record_test, is_changed_all_or_nothing) {
    EXPECT_EQ(ipatch("a2 01f5 021865"), "4.22");
    EXPECT_EQ(ipatch("a2 01f5 0700"), "4.22");
    EXPECT_EQ(ipatch("a2 01f5 01f5"), "4.22");
    EXPECT_EQ(ipatch("a2 01f5 06f93c00"), "4.22");
    EXPECT_EQ(ipatch("81 01"), "4.22");
    EXPECT_EQ(ipatch("a2 01f5"), "4.00");
    EXPECT_EQ(ipatch("a1 01f5 00"), "4.00");
    EXPECT_EQ(ipatch(""), "4.00");
    EXPECT_EQ(get(), content_of(at_first));
}

// ---- FETCH

TEST_F(record_test, is_fetched_by_members) {
    EXPECT_EQ(fetch("81 02"), content_of("a1 021832"));
    EXPECT_EQ(fetch("83 65'times' 04 01"), content_of("a3 01f4 0464'lamp' 65'times'82183c1878")) << "in order";
    EXPECT_EQ(fetch("80"), content_of("a0"));
    EXPECT_EQ(fetch("86 01 02 03 04 06 65'times'"), content_of(at_first));
    EXPECT_EQ(fetch("81 07"), "4.22");
    EXPECT_EQ(fetch("82 01 01"), "4.22");
    EXPECT_EQ(fetch("a0"), "4.22");
    EXPECT_EQ(fetch(""), "4.00");
    EXPECT_EQ(fetch("8101 00"), "4.00");
}

// RFC 8132 §2.5: each request for a block repeats the payload.
TEST_F(record_test, is_fetched_in_blocks) {
    const auto block = [&](const packet& number) {
        return c.said(request_of(code::fetch, "s", "82 65'times' 04").with(block2, number));
    };
    const packet whole = "a2 0464'lamp' 65'times'82183c1878";
    EXPECT_EQ(block(""), content_of(packet{whole.view().first(16)}));
    EXPECT_EQ(block("10"), content_of(packet{whole.view().subspan(16)}));
    EXPECT_EQ(block("20"), "4.00");
}

TEST_F(record_test, has_a_tag_for_each_selection) {
    const packet selection = request_of(code::fetch, "s", "81 02");
    const packet first = tag(selection);
    EXPECT_NE(first, tag());
    EXPECT_EQ(c.said(request_of(code::fetch, "s", "81 02").with(etag_number, first)), "2.03");
    EXPECT_EQ(c.said(request_of(code::fetch, "s", "81 01").with(etag_number, first)), content_of("a1 01f4"));
    current.on = true;
    EXPECT_EQ(tag(selection), first) << "the changed field is not selected";
}

// ---- Conditions

TEST_F(record_test, is_changed_only_if_it_is_as_it_was_thought_to_be) {
    const packet first = tag();
    EXPECT_EQ(c.said(request_of(code::ipatch, "s", "a1 01f5").with(if_match, first)), "2.04");
    EXPECT_EQ(c.said(request_of(code::ipatch, "s", "a1 01f4").with(if_match, first)), "4.12");
    EXPECT_EQ(c.said(request_of(code::put, "s", others).with(if_match, first)), "4.12");
    EXPECT_EQ(c.said(request_of(code::put, "s", "1c").with(if_match, first)), "4.12");
    EXPECT_EQ(c.said(request_of(code::put, "s", others).with(if_none_match)), "4.12") << "the record always exists";
    EXPECT_EQ(get(), content_of("a6 01f5 021832 0322 0464'lamp' 06f93e00 65'times'82183c1878"));
    EXPECT_EQ(c.said(request_of(code::put, "s", others).with(if_match, tag())), "2.04");
    EXPECT_EQ(c.said(request_of(code::put, "s", others).with(if_match)), "2.04") << "the record exists";
}

TEST_F(record_test, is_read_without_conditions) {
    EXPECT_EQ(c.said(ask(code::get, "s").with(if_match)), "4.02");
    EXPECT_EQ(c.said(request_of(code::fetch, "s", "80").with(if_none_match)), "4.02");
    EXPECT_EQ(c.said(ask(code::get, "s").query("a")), "4.02");
}

// ---- Checks before a change

TEST_F(record_test, is_looked_at_before_it_is_in_place) {
    EXPECT_EQ(ipatch("a1 0204", "bright"), "4.09");
    EXPECT_EQ(put("a5 01f5 0204 0300 0463'new' 65'times'80", "bright"), "4.22");
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(get(), content_of(at_first));
    EXPECT_EQ(ipatch("a1 021865", "bright"), "4.22");
    EXPECT_EQ(calls, 2) << "the payload is invalid";
    EXPECT_EQ(ipatch("a1 0205", "bright"), "2.04");
    EXPECT_EQ(current.level, 5);
    EXPECT_EQ(put(others, "bright"), "2.04");
    EXPECT_EQ(get("bright"), content_of(others_with_gain));
}

TEST_F(record_test, is_told_to_a_function_that_has_no_choice) {
    EXPECT_EQ(ipatch("a1 0204", "told"), "2.04");
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(current.level, 4);
}

TEST_F(record_test, is_answered_by_the_code_of_the_function) {
    EXPECT_EQ(ipatch("a1 0204", "on"), "4.03");
    EXPECT_EQ(current.level, 50);
    EXPECT_EQ(put(others, "on"), "2.01");
    EXPECT_TRUE(current.on);
    EXPECT_EQ(calls, 2);
}

TEST_F(record_test, is_read_and_written_by_functions) {
    EXPECT_EQ(get("functions"), content_of(at_first));
    EXPECT_EQ(fetch("81 02", "functions"), content_of("a1 021832"));
    EXPECT_EQ(ipatch("a1 0204", "functions"), "4.09");
    EXPECT_EQ(current.level, 50);
    EXPECT_EQ(ipatch("a1 0205", "functions"), "2.04");
    EXPECT_EQ(put(others, "functions"), "2.04");
    EXPECT_EQ(get("functions"), content_of(others_with_gain));
    EXPECT_EQ(c.said(request_of(code::put, "functions", others).with(if_match, "01")), "4.12");
}

struct tick {
    std::uint8_t count = 22;
};
constexpr auto tick_fields = fields(field<1>(&tick::count));

// CBOR encodes 23 in one byte and 24 in two, so the measured value has to be the written value.
TEST(record_of_a_function, is_read_once_for_a_response) {
    tick now;
    const auto moving = routes(at<"tick">(record(
        [&now] {
            ++now.count;
            return now;
        },
        tick_fields)));
    core c{moving};
    EXPECT_EQ(packet{c.answer(ask{code::get, "tick"}).view().last(4)}, packet{"ff a1 01 17"});
    EXPECT_EQ(packet{c.answer(ask{code::get, "tick"}).view().last(5)}, packet{"ff a1 01 18 18"});
    EXPECT_EQ(packet{c.answer(request_of(code::fetch, "tick", "81 01")).view().last(5)}, packet{"ff a1 01 18 19"});
}

TEST(record_of_a_function, is_read_twice_for_a_change_with_a_condition) {
    int reads = 0;
    const auto read = [&reads] { return ++reads, tick{}; };
    const auto counting = routes(at<"tick">(record(read, [](const tick&) {}, tick_fields)));
    core c{counting};
    EXPECT_EQ(c.said(request_of(code::ipatch, "tick", "a0")), "2.04");
    EXPECT_EQ(reads, 1);
    EXPECT_EQ(c.said(request_of(code::ipatch, "tick", "a0").with(if_match)), "2.04");
    EXPECT_EQ(reads, 3);
}

TEST(record_of_a_function, that_does_not_fit_behind_its_response_is_an_error) {
    const auto any = routes(at<"tick">(record([] { return tick{}; }, tick_fields)));
    EXPECT_EQ((core{any, 13}.said(ask{code::get, "tick"})), "5.00");
}

// ---- Records with fewer methods

TEST_F(record_test, is_read_only_where_it_is_constant) {
    for (const std::string_view path : {"const", "read"}) {
        EXPECT_EQ(get(path), content_of(at_first));
        EXPECT_EQ(fetch("81 03", path), content_of("a1 0322"));
        EXPECT_EQ(put(others, path), "4.05");
        EXPECT_EQ(ipatch("a0", path), "4.05");
    }
}

TEST_F(record_test, has_the_methods_that_are_named) {
    EXPECT_EQ(get("some"), content_of(at_first));
    EXPECT_EQ(ipatch("a0", "some"), "2.04");
    EXPECT_EQ(put(others, "some"), "4.05");
    EXPECT_EQ(fetch("80", "some"), "4.05");
    EXPECT_EQ(c.said(ask(code::delete_, "s")), "4.05");
    EXPECT_EQ(c.said(ask(code::patch, "s")), "4.05");
}

TEST_F(record_test, has_link_attributes) {
    const std::string links = c.said(ask(code::get, ".well-known/core"));
    EXPECT_NE(links.find("</some>;title=\"Some\";ct=60"), std::string::npos) << links;
    EXPECT_NE(links.find("</strict>;title=\"Strict\""), std::string::npos) << links;
}

// ---- Deterministic encoding

TEST_F(record_test, takes_one_encoding_where_it_is_strict) {
    EXPECT_EQ(put("a5 0207 01f5 0300 0463'new' 65'times'80"), "2.04");
    EXPECT_EQ(put("a5 0207 01f5 0300 0463'new' 65'times'80", "strict"), "4.22") << "another order";
    EXPECT_EQ(put("a5 01f5 021807 0300 0463'new' 65'times'80"), "2.04");
    EXPECT_EQ(put("a5 01f5 021807 0300 0463'new' 65'times'80", "strict"), "4.00") << "longer than need be";
    EXPECT_EQ(ipatch("a1 1801f5", "strict"), "4.00");
    EXPECT_EQ(fetch("81 1801", "strict"), "4.00");
    EXPECT_EQ(fetch("82 02 01", "strict"), content_of("a2 01f5 0207")) << "an array is in the order that it is in";
    EXPECT_EQ(put(at_first, "strict"), "2.04");
    EXPECT_EQ(get("strict"), content_of(at_first));
}

// ---- Records inside other resources

TEST(record_resource, may_be_optional) {
    static settings there;
    there = {};
    static constexpr auto resource = record(there, settings_fields);
    static std::optional<decltype(record(there, settings_fields))> maybe;
    constexpr auto site = routes(at<"s">(optional(maybe)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "s")), "4.04");
    maybe.emplace(resource);
    EXPECT_EQ(c.said(ask(code::get, "s")), content_of(at_first));
    EXPECT_EQ(c.said(request_of(code::ipatch, "s", "a1 01f5")), "2.04");
    EXPECT_TRUE(there.on);
}

TEST(record_resource, that_does_not_fit_the_buffer_goes_in_smaller_blocks) {
    static settings there;
    there = {};
    constexpr auto site = routes(at<"s">(record(there, settings_fields)));
    core c{site, 40};
    EXPECT_EQ(c.said(ask(code::get, "s")), content_of(packet{at_first.view().first(16)}));
    EXPECT_EQ(c.said(request_of(code::fetch, "s", "81 02")), content_of("a1 021832"));
}

// ---- Arbitrary payloads

struct small {
    byte a = 7;
    bool b = true;
};
constexpr auto small_fields = fields(field<0>(&small::a).max(9), field<-1>(&small::b));

class any_payload_test : public testing::Test {
protected:
    static inline small there;
    static constexpr auto site = routes(at<"s">(record(there, small_fields)));

    unsigned taken = 0;
    unsigned changed = 0;

    // Sends a payload, which changes the record only if the response is 2.04.
    void give(code method, bytes payload) {
        there = {};
        std::array<byte, 64> memory{0x40, static_cast<byte>(method), 0x12, 0x34, 0xb1, 's', 0x11, cbor_format, 0xff};
        copy_bytes(payload.data(), payload.size(), memory.data() + 9);
        origin from{test::unicast()};
        from.size = payload.empty() ? 8 : 9 + payload.size();
        stack s{site, unguarded{}};
        ASSERT_GE(s.receive(memory, from, 0), 4U);

        const auto answer = static_cast<code>(memory[1]);
        const bool is_changed = there.a != 7 || !there.b;
        const bool is_read = method == code::fetch && answer == code::content;
        const bool is_refused = answer == code::bad_request || answer == code::unprocessable_entity;
        ASSERT_TRUE(answer == code::changed || is_read || is_refused) << testing::PrintToString(packet{payload});
        ASSERT_TRUE(answer == code::changed || !is_changed) << testing::PrintToString(packet{payload});
        ASSERT_LE(there.a, 9);
        taken += answer == code::changed;
        changed += is_changed;
    }

    // Sends all payloads of up to two bytes, and those of three bytes that begin a non-empty array or map.
    void give_all(code method) {
        give(method, {});
        for (unsigned n = 0; n < 0x1'0000; ++n) {
            const auto high = static_cast<byte>(n >> 8);
            const auto low = static_cast<byte>(n);
            give(method, std::array{high, low});
            if (high == 0) give(method, std::array{low});
            for (const byte first : std::to_array<byte>({0x81, 0x98, 0x9f, 0xa1, 0xb8, 0xb9, 0xbf}))
                give(method, std::array{first, high, low});
        }
    }
};

TEST_F(any_payload_test, is_no_whole_record_in_three_bytes) {
    give_all(code::put);
    EXPECT_EQ(taken, 0U);
    EXPECT_EQ(changed, 0U);
}

TEST_F(any_payload_test, changes_what_it_says_or_nothing) {
    give_all(code::ipatch);
    EXPECT_EQ(taken, 10U + 2 + 4) << "0 to 9, both bools, and the empty map in four forms";
    EXPECT_EQ(changed, 9U + 1);
}

TEST_F(any_payload_test, changes_nothing_where_it_selects) {
    give_all(code::fetch);
    EXPECT_EQ(changed, 0U);
}

}  // namespace
}  // namespace mincoap
