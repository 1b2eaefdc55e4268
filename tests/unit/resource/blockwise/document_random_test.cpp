// Blocks that are rendered over the request, with random memory sizes, limits and requests. A response is a
// block of the body, an error, or a 2.03 to a client that already has the body.
#include <map>
#include <random>

#include <mincoap/layer/echo_guard.hpp>
#include <mincoap/layer/no_response.hpp>
#include <mincoap/layer/problem_details.hpp>
#include <mincoap/resource/blockwise/document.hpp>
#include <mincoap/resource/discovery/filtered_well_known_core.hpp>
#include <mincoap/resource/negotiated.hpp>
#include <mincoap/resource/record/record.hpp>
#include <mincoap/resource/senml/senml.hpp>

#include "../../../support/exchange.hpp"
#include "../../../support/guard.hpp"

namespace mincoap::test {
namespace {

const std::string body = [] {
    std::string text;
    for (int i = 0; text.size() < 300; ++i) text += std::to_string(i) + ' ';
    return text;
}();
void write(body_writer& to) {
    for (std::size_t at = 0; at < body.size(); at += 7) to.put(std::string_view{body}.substr(at, 7));
}
std::uint32_t version = 7;

struct measurements {
    std::int32_t a = 1234567;
    std::uint16_t b = 40000;
    std::int32_t c = -100000;
};
constexpr auto measurement_fields =
    fields(field<1>(&measurements::a), field<2>(&measurements::b), field<3>(&measurements::c));
measurements current;

const auto site = routes(
    at<"d">(document(std::string_view{body})), at<"r">(generated(write)),
    at<"m">(generated<content_format::json>(write).max_age<0xffff'ffff>()),
    at<"v">(generated<content_format{0xfffe}>(write).version(version)),
    at<"n">(negotiated(generated(write), generated<content_format::json>(write).max_age<0>())),
    below<"sub">(routes(at<"r">(generated(write)))), at<"rec">(record(current, measurement_fields)),
    at<"s">(senml<"urn:dev:">(entry<"a", "Cel">(current.a))), at<"link1">(text("1")).rt("Type1 Type2").if_("If1"),
    at<"link2">(text("2")).rt("Type2 Type3").if_("If2"), filtered_well_known_core);

using site_type = std::remove_const_t<decltype(site)>;

std::size_t most = 0xffff;
std::size_t left_behind = 0;
bool is_guarded = false;
struct limits {
    static std::size_t receive(exchange& x, auto next) {
        x.limit_to(most);
        x.reserve(left_behind);
        const std::size_t size = next(x);
        if (size > most && !is_guarded) ADD_FAILURE() << "larger than the limit";
        if (left_behind + size > x.buffer.size() && size > 12) ADD_FAILURE() << "nothing is left of what is reserved";
        return size;
    }
};

std::mt19937 draw{4711};
unsigned draw_below(unsigned n) { return static_cast<unsigned>(draw() % n); }

packet uint_value(std::uint32_t v) {
    packet p;
    for (int shift = 24; shift >= 0; shift -= 8)
        if (v >> shift != 0) p.append(static_cast<byte>(v >> shift));
    return p;
}

struct answer_to {
    explicit answer_to(const packet& p) : whole(p), view(*message::view::parse(whole.view())) {}
    answer_to(const answer_to&) = delete;
    answer_to& operator=(const answer_to&) = delete;

    std::string payload() const { return std::string{as_text(view.payload())}; }
    std::optional<message::option_view> find(unsigned n) const { return view.options().find(static_cast<option>(n)); }

    packet whole;
    message::view view;
};

// Returns the whole payload of the response, which a large memory sends in one message.
std::string whole_of(const ask& asked) {
    most = 0xffff, left_behind = 0;
    core<site_type> large{site, 1152};
    return answer_to{large.answer(asked)}.payload();
}

// A request for a block, and the expected content.
struct drawn_request {
    packet datagram;
    std::string path;
    std::string expected;
    etag tag;
    bool names_tag = false;  // names the ETag of the expected content
    bool asks_for_size = false;
    bool is_for_group = false;
    std::optional<std::uint32_t> block2;

    net::arrival about() const { return is_for_group ? multicast() : unicast(); }
};

ask draw_plain_request(const std::string& path) {
    static constexpr std::string_view queries[] = {
        "rt=Type1", "rt=Type*", "if=If2", "title=a-long-title-that-nothing-has-0123456789", "href=/link1", "", "rt"};
    const bool fetches = path == "rec" && draw_below(2) != 0;
    ask plain{fetches ? code::fetch : code::get, path};
    if (fetches) plain.format(60).payload(draw_below(2) != 0 ? "\x82\x01\x03" : "\x81\x02");
    if (path == ".well-known/core")
        for (unsigned left = draw_below(4); left > 0; --left) plain.query(queries[draw_below(7)]);
    return plain;
}

void draw_tags(ask& to, drawn_request& drawn) {
    for (unsigned left = draw_below(2) * draw_below(6); left > 0; --left) {
        const packet own = uint_value(drawn.tag.number());
        const packet values[] = {own, {}, "0102030405060708", packet{"00"} + own};
        const unsigned which = draw_below(4);
        drawn.names_tag = drawn.names_tag || which == 0;
        to.with(4, values[which]);
    }
}

void draw_block2(ask& to, drawn_request& drawn) {
    if (draw_below(3) == 0) return;
    const std::uint32_t numbers[] = {0, 1, draw_below(20), 0xfffff, draw_below(0x100000)};
    drawn.block2 = numbers[draw_below(5)] << 4 | draw_below(8);
    to.with(23, uint_value(*drawn.block2));
}

drawn_request draw_request() {
    static constexpr const char* paths[] = {"r", "m", "v", "n", "sub/r", "rec", "s", ".well-known/core"};
    static constexpr const char* tokens[] = {"", "01", "01020304", "0102030405060708"};
    drawn_request drawn;
    drawn.path = paths[draw_below(8)];
    ask asked = draw_plain_request(drawn.path);
    drawn.expected = whole_of(asked);
    drawn.tag = drawn.path == "v" ? etag::of_version(version) : etag{std::string_view{drawn.expected}};
    asked.token(packet{tokens[draw_below(4)]});
    if (draw_below(4) == 0) asked.with(3, text_packet(std::string(1 + draw_below(60), 'h')));
    draw_tags(asked, drawn);
    draw_block2(asked, drawn);
    drawn.asks_for_size = draw_below(3) == 0;
    if (drawn.asks_for_size) asked.with(28, draw_below(2) != 0 ? packet{} : packet{"00000000"});
    if (draw_below(8) == 0) asked.with(258, "1a");
    if (draw_below(16) == 0) asked.with(draw_below(2) != 0 ? 2049 : 21);
    if (draw_below(4) == 0) asked.accept(draw_below(2) != 0 ? 50 : 60);
    drawn.is_for_group = draw_below(6) == 0;
    if (drawn.is_for_group) asked.non();
    drawn.datagram = asked;
    return drawn;
}

// The same request, addressed to the constant document.
packet for_document(packet datagram) {
    for (std::size_t at = 4; at + 1 < datagram.size(); ++at)
        if ((datagram[at] & 15) == 1 && datagram[at + 1] == 'r') datagram[at + 1] = 'd';
    return datagram;
}

packet answer_in(std::size_t memory, const packet& datagram, const net::arrival& about) {
    if (!is_guarded) return core<site_type, limits, no_response, problem_details>{site, memory}.answer(datagram, about);
    core<site_type, limits, echo_guard<>, no_response, problem_details> guarded{
        site, memory, limits{}, echo_guard<>{guard_key}, no_response{}, problem_details{}};
    return guarded.answer(datagram, about);
}

void expect_block(const drawn_request& drawn, const answer_to& a, bool has_room) {
    const auto told = a.find(23);
    if (!told) {
        EXPECT_EQ(a.payload(), drawn.expected);
        EXPECT_FALSE(drawn.block2.has_value());
        return;
    }
    const block b = block::decode(told->uint()).value();
    const std::uint32_t asked = drawn.block2.value_or(block::max_size_exponent);
    EXPECT_EQ(b.offset(), block::offset_of(asked));
    EXPECT_LE(b.size_exponent, block::size_exponent_of(asked));
    EXPECT_TRUE(!has_room || b.size_exponent == block::size_exponent_of(asked));
    ASSERT_LE(b.offset(), drawn.expected.size());
    EXPECT_EQ(a.payload(), drawn.expected.substr(b.offset(), b.size()));
    EXPECT_EQ(b.more, b.offset() + b.size() < drawn.expected.size());
}

void expect_content(const drawn_request& drawn, const answer_to& a, bool has_room) {
    const auto tag = a.find(4);
    ASSERT_TRUE(tag.has_value());
    EXPECT_EQ(tag->uint(), drawn.tag.number());
    if (a.view.code() == code::valid) {
        EXPECT_TRUE(drawn.names_tag);
        EXPECT_EQ(a.payload(), "");
        return;
    }
    // The kept queries may overlap the ETags if a layer leaves less room than the size of the request.
    EXPECT_TRUE(!drawn.names_tag || most < drawn.datagram.size());
    expect_block(drawn, a, has_room);
    const auto size = a.find(28);
    ASSERT_EQ(size.has_value(), drawn.asks_for_size);
    EXPECT_TRUE(!size || size->uint() == drawn.expected.size());
}

TEST(room, of_any_size_has_blocks_of_the_body) {
    std::map<unsigned, unsigned> seen;
    for (int i = 0; i < 10'000 && !testing::Test::HasFailure(); ++i) {
        const drawn_request drawn = draw_request();
        const std::size_t memory = draw_below(4) == 0 ? 1152 : 12 + draw_below(draw_below(3) == 0 ? 53 : 300);
        most = draw_below(2) != 0 ? 0xffff : 12 + draw_below(100);
        left_behind = draw_below(3) != 0 ? 0 : draw_below(30);
        is_guarded = memory >= 22 && draw_below(3) == 0;
        const packet got = answer_in(memory, drawn.datagram, drawn.about());
        SCOPED_TRACE(testing::Message() << "/" << drawn.path << " in " << memory << ", limit " << most << ", reserved "
                                        << left_behind << ": " << testing::PrintToString(drawn.datagram) << " -> "
                                        << testing::PrintToString(got));
        EXPECT_TRUE(!is_guarded || got.size() <= 3 * drawn.datagram.size()) << "amplified";
        if (got.size() <= message::header_size) continue;
        const answer_to a{got};
        ++seen[static_cast<unsigned>(a.view.code())];
        const bool has_room = memory == 1152 && most == 0xffff;
        if (has_room && drawn.path == "r") {
            EXPECT_EQ(answer_in(memory, for_document(drawn.datagram), drawn.about()), got);
        }
        EXPECT_TRUE(!has_room || a.view.code() != code::internal_server_error);
        if (!is_error(a.view.code())) expect_content(drawn, a, has_room);
    }
    for (const code c : {code::content, code::valid, code::bad_request, code::unauthorized, code::bad_option,
                         code::not_acceptable, code::request_entity_too_large, code::internal_server_error})
        EXPECT_GT(seen[static_cast<unsigned>(c)], 10U) << static_cast<unsigned>(c);
}

}  // namespace
}  // namespace mincoap::test
