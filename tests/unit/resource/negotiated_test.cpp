// Content negotiation (RFC 7252 §5.10.3, §5.10.4).
#include <initializer_list>
#include <optional>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>

#include "../../support/exchange.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::core;
using test::packet;
using test::unreachable_handler;

constexpr unsigned if_match = 1;
constexpr unsigned block2 = 23;
constexpr unsigned block1 = 27;

reply as_json() { return content<content_format::json>("{}"); }
reply as_cbor() { return content<content_format::cbor>("\xa0"); }
reply wrote_text() { return {code::changed, content_format::text_plain, "text"}; }
reply wrote_cbor() { return {code::changed, content_format::text_plain, "cbor"}; }

constexpr auto json = get(as_json).produces<content_format::json>();
constexpr auto cbor = get(as_cbor).produces<content_format::cbor>();

constexpr auto site = routes(at<"r">(negotiated(text("hi"), json, cbor,  //
                                                put(wrote_text).consumes<content_format::text_plain>(),
                                                put(wrote_cbor).consumes<content_format::cbor>())));

TEST(negotiated, answers_in_the_format_that_is_asked_for) {
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "r").accept(0)), "2.05 ct=0: hi");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(50)), "2.05 ct=50: {}");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(60)), "2.05 ct=60: \xa0");
}

TEST(negotiated, answers_in_the_first_format_who_asks_for_none) {
    EXPECT_EQ(core{site}.said(ask(code::get, "r")), "2.05 ct=0: hi");
    constexpr auto other_order = routes(at<"r">(negotiated(cbor, text("hi"))));
    EXPECT_EQ(core{other_order}.said(ask(code::get, "r")), "2.05 ct=60: \xa0");
}

// RFC 7252 §5.10.4: 4.06. §5.5.2: "a brief human-readable diagnostic message".
TEST(negotiated, tells_the_formats_that_it_offers_if_another_one_is_asked_for) {
    core c{site};
    EXPECT_EQ(c.answer(ask(code::get, "r").accept(40)), packet{"60 86 12 34 ff '0 50 60'"});
    EXPECT_EQ(c.said(ask(code::get, "r").accept(65535)), "4.06: 0 50 60");
}

TEST(negotiated, gives_a_payload_to_who_takes_its_format) {
    core c{site};
    EXPECT_EQ(c.said(ask(code::put, "r").format(0).payload("x")), "2.04 ct=0: text");
    EXPECT_EQ(c.said(ask(code::put, "r").format(60).payload("x")), "2.04 ct=0: cbor");
    EXPECT_EQ(c.said(ask(code::put, "r").payload("x")), "2.04 ct=0: text") << "without a format, the first alternative";
}

// RFC 7252 §5.9.2.11.
TEST(negotiated, tells_the_formats_that_it_takes_if_given_another_one) {
    core c{site};
    EXPECT_EQ(c.answer(ask(code::put, "r").format(40).payload("x")), packet{"60 8f 12 34 ff '0 60'"});
    EXPECT_EQ(c.said(ask(code::put, "r").format(65535).payload("x")), "4.15: 0 60");
}

TEST(negotiated, offers_only_the_methods_of_its_alternatives) {
    core c{site};
    for (const code method : {code::post, code::delete_, code::fetch, code::patch, code::ipatch})
        EXPECT_EQ(c.said(ask(method, "r").accept(40)), "4.05") << static_cast<unsigned>(method);
}

// The alternatives' formats are per method.
TEST(negotiated, has_every_method_that_one_of_them_has) {
    constexpr auto answer = [] { return content<content_format::cbor>("x"); };
    constexpr auto all =
        routes(at<"r">(negotiated(post(answer).produces<content_format::cbor>(), delete_([] { return code::deleted; }),
                                  patch(answer).consumes<content_format::json_patch>(),
                                  ipatch(answer).consumes<content_format::merge_patch>(), fetch(answer))));
    core c{all};
    EXPECT_EQ(c.said(ask(code::post, "r")), "2.05 ct=60: x");
    EXPECT_EQ(c.said(ask(code::post, "r").accept(0)), "4.06: 60");
    EXPECT_EQ(c.said(ask(code::delete_, "r").accept(0)), "2.02");
    EXPECT_EQ(c.said(ask(code::patch, "r").format(51)), "2.05 ct=60: x");
    EXPECT_EQ(c.said(ask(code::patch, "r").format(52)), "4.15: 51");
    EXPECT_EQ(c.said(ask(code::patch, "r")), "4.15: 51") << "RFC 8132: the request names the format of its changes";
    EXPECT_EQ(c.said(ask(code::ipatch, "r").format(52)), "2.05 ct=60: x");
    EXPECT_EQ(c.said(ask(code::ipatch, "r").format(51)), "4.15: 52");
    EXPECT_EQ(c.said(ask(code::fetch, "r").format(0)), "2.05 ct=60: x");
    EXPECT_EQ(c.said(ask(code::get, "r")), "4.05");
}

template <content_format Takes, content_format Gives>
constexpr auto search(const char* result) {
    return fetch([result] { return content<Gives>(std::string_view{result}); })
        .template consumes<Takes>()
        .template produces<Gives>();
}

// FETCH and POST have both an Accept and a Content-Format. The Content-Format is checked first.
TEST(negotiated, looks_at_both_formats_of_a_request) {
    using enum content_format;
    constexpr auto searches = routes(at<"r">(negotiated(
        search<json, json>("jj"), search<json, mincoap::content_format::cbor>("jc"), search<text_plain, json>("tj"))));
    core c{searches};
    const auto asked = [](unsigned format) { return ask(code::fetch, "r").format(format).payload("q"); };
    EXPECT_EQ(c.said(asked(50).accept(50)), "2.05 ct=50: jj");
    EXPECT_EQ(c.said(asked(50).accept(60)), "2.05 ct=60: jc");
    EXPECT_EQ(c.said(asked(50)), "2.05 ct=50: jj");
    EXPECT_EQ(c.said(asked(0)), "2.05 ct=50: tj");
    EXPECT_EQ(c.said(asked(0).accept(60)), "4.06: 50 60");
    EXPECT_EQ(c.said(asked(60).accept(60)), "4.15: 50 0");
    EXPECT_EQ(c.said(asked(60).accept(40)), "4.15: 50 0");
    EXPECT_EQ(c.said(ask(code::fetch, "r").accept(60)), "4.15: 50 0") << "RFC 8132 §2.3.1";
}

// The server still checks the reply's format against Accept.
TEST(negotiated, has_one_that_says_no_format_as_its_last_resort) {
    constexpr auto fallback = routes(at<"r">(negotiated(cbor, get(as_json))));
    core c{fallback};
    EXPECT_EQ(c.said(ask(code::get, "r")), "2.05 ct=60: \xa0");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(60)), "2.05 ct=60: \xa0");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(50)), "2.05 ct=50: {}");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(0)), "4.06");
}

// RFC 7252 §5.4.1: the alternative that answers would ignore an option that it does not understand.
TEST(negotiated, refuses_a_critical_option_that_only_another_alternative_understands) {
    constexpr auto mixed =
        routes(at<"r">(negotiated(text("hi"), document<content_format::json>("{}"),
                                  get(as_cbor).produces<content_format::cbor>().accepts_option<option::uri_query>())));
    core c{mixed};
    EXPECT_EQ(c.said(ask(code::get, "r").query("q")), "4.02") << "the text, which comes first";
    EXPECT_EQ(c.said(ask(code::get, "r").accept(0).query("q")), "4.02");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(50).query("q")), "4.02");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(60).query("q")), "2.05 ct=60: \xa0");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(60).query("q").with(if_match)), "4.02");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(60).with(if_match)), "4.02") << "no alternative understands it";
    EXPECT_EQ(c.said(ask(code::get, "r").accept(60).with(65)), "4.02");
}

// Another method that understands the option does not help, either.
TEST(negotiated, refuses_a_critical_option_that_only_another_method_understands) {
    static byte_store<64> store;
    constexpr auto mixed = routes(at<"r">(negotiated(text("hi"), put_blocks(store))));
    core c{mixed};
    EXPECT_EQ(c.said(ask(code::get, "r").with(block1, "08")), "4.02");
    EXPECT_EQ(c.said(ask(code::put, "r").with(block1).payload("x")), "2.01");
}

TEST(negotiated, understands_options_of_which_every_bit_is_set) {
    constexpr auto forwarding =
        routes(at<"r">(negotiated(cbor, forward([](const request& r) -> reply {
                                      return (r.critical_options & set_of(option::if_match)) != 0 ? code::valid
                                                                                                  : code::not_found;
                                  }))));
    core c{forwarding};
    EXPECT_EQ(c.said(ask(code::get, "r").accept(60)), "2.05 ct=60: \xa0");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(60).with(if_match)), "4.02");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(0).with(if_match)), "2.03");
    EXPECT_EQ(c.said(ask(code::post, "r").accept(0).with(if_match)), "2.03");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(0).with(if_match, test::filler(9))), "4.02");
}

// An alternative does not refuse an option that an enclosing resource understands.
TEST(negotiated, may_be_conditional) {
    constexpr auto guarded = routes(at<"r">(conditional([] { return etag{}; }, negotiated(text("hi"), cbor))));
    core c{guarded};
    EXPECT_EQ(c.said(ask(code::get, "r").with(if_match)), "2.05 ct=0: hi");
    EXPECT_EQ(c.said(ask(code::get, "r").with(if_match, "01")), "4.12");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(60).with(if_match)), "2.05 ct=60: \xa0");
    EXPECT_EQ(c.said(ask(code::get, "r").query("q")), "4.02");
}

// RFC 7959 §2.4: a request for a block size or for a later block reaches each alternative, block-wise or not.
TEST(negotiated, is_read_in_blocks) {
    constexpr auto mixed = routes(at<"r">(negotiated(text("0123456789abcdefg"), document<content_format::json>("{}"))));
    core c{mixed};
    EXPECT_EQ(c.said(ask(code::get, "r").with(block2, "00")), "2.05 ct=0: 0123456789abcdef");
    EXPECT_EQ(c.said(ask(code::get, "r").with(block2, "10")), "2.05 ct=0: g");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(50).with(block2, "00")), "2.05 ct=50: {}");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(50).with(block2, "10")), "4.00");
}

TEST(negotiated, may_have_conditional_alternatives) {
    constexpr auto guarded = routes(at<"r">(negotiated(conditional([] { return etag{}; }, text("hi")), cbor)));
    core c{guarded};
    EXPECT_EQ(c.said(ask(code::get, "r").with(if_match)), "2.05 ct=0: hi");
    EXPECT_EQ(c.said(ask(code::get, "r").with(if_match, "01")), "4.12");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(60).with(if_match)), "4.02");
}

TEST(negotiated, is_made_of_any_resources) {
    static int number;
    number = 7;
    static std::optional<std::remove_const_t<decltype(cbor)>> sometimes;
    sometimes.reset();
    constexpr auto any = routes(at<"r">(negotiated(
        value(number), generated<content_format::json>([](body_writer& to) { to.put(std::string_view{"7"}); }),
        mincoap::optional(sometimes), negotiated(constant<content_format::xml>{"<n>7</n>"}))));
    core c{any};
    EXPECT_EQ(c.said(ask(code::get, "r")), "2.05 ct=0: 7");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(0)), "2.05 ct=0: 7");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(50)), "2.05 ct=50: 7");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(60)), "4.04");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(41)), "2.05 ct=41: <n>7</n>");
    sometimes.emplace(cbor);
    EXPECT_EQ(c.said(ask(code::get, "r").accept(60)), "2.05 ct=60: \xa0");
    EXPECT_EQ(c.said(ask(code::put, "r").format(60).payload("8")), "4.15: 0");
    EXPECT_EQ(c.said(ask(code::put, "r").format(0).payload("8")), "2.04");
    EXPECT_EQ(number, 8);
}

TEST(negotiated, sees_the_rest_of_the_path_below) {
    constexpr auto rest = get([](const request& r) -> reply {
                              return (*r.segments().begin()).text() == "x" ? code::valid : code::not_found;
                          }).produces<content_format::cbor>();
    constexpr auto tree = routes(below<"r">(negotiated(json, rest)));
    EXPECT_EQ(core{tree}.said(ask(code::get, "r/x").accept(60)), "2.03");
}

// No handler runs unless the client can read the response.
TEST(negotiated, calls_nobody_who_does_not_fit) {
    constexpr auto silent = routes(at<"r">(negotiated(post([](const request& r) { return unreachable_handler{}(r); })
                                                          .consumes<content_format::cbor>()
                                                          .produces<content_format::cbor>())));
    core c{silent};
    EXPECT_EQ(c.said(ask(code::post, "r").format(60).accept(0)), "4.06: 60");
    EXPECT_EQ(c.said(ask(code::post, "r").format(0).accept(60)), "4.15: 60");
    EXPECT_EQ(c.said(ask(code::post, "r").format(60).accept(60).query("q")), "4.02");
}

// RFC 7252 §5.5.2: a client does not depend on a diagnostic payload.
TEST(negotiated, leaves_the_formats_out_where_they_do_not_fit) {
    const packet asked = ask(code::get, "r").token("01 02 03 04 05 06 07 08").accept(40);
    const packet bare = "68 86 12 34 01 02 03 04 05 06 07 08";
    ASSERT_LT(asked.size(), bare.size() + 8);
    EXPECT_EQ(core(site, bare.size() + 8).answer(asked), bare + "ff '0 50 60'");
    EXPECT_EQ(core(site, bare.size() + 7).answer(asked), bare);
}

TEST(negotiated, names_large_formats_in_decimal_and_each_once) {
    constexpr auto largest = static_cast<content_format>(65534);
    constexpr auto numbers = routes(at<"r">(negotiated(
        constant<largest>{"a"}, search<content_format::json, largest>("b"), search<content_format::cbor, largest>("c"),
        constant<content_format::concise_problem_details>{"d"})));
    core c{numbers};
    EXPECT_EQ(c.said(ask(code::get, "r").accept(0)), "4.06: 65534 257");
    EXPECT_EQ(c.said(ask(code::get, "r").accept(65534)), "2.05 ct=65534: a");
    EXPECT_EQ(c.said(ask(code::fetch, "r").format(60).accept(0)), "4.06: 65534");
    EXPECT_EQ(c.said(ask(code::fetch, "r").format(0)), "4.15: 50 60");
}

// RFC 7252 §8.2: the server sends no errors in response to multicast requests.
TEST(negotiated, is_silent_about_errors_to_multicast) {
    constexpr auto group = routes(at<"r">(for_groups(negotiated(json, cbor))));
    core c{group};
    EXPECT_EQ(c.said(ask(code::get, "r").non().accept(40), test::multicast()), "silence");
    EXPECT_EQ(c.said(ask(code::get, "r").non().accept(60), test::multicast()), "2.05 ct=60: \xa0");
}

// RFC 7252 §7.2.1: quotation marks enclose a list of formats.
TEST(negotiated, tells_its_formats_in_discovery_if_it_says_so) {
    constexpr auto listed =
        routes(at<"a">(negotiated(json, text("hi"))).ct().title("A"), at<"b">(negotiated(json, text("hi"))).title("B"),
               at<"c">(negotiated(cbor)).ct(content_format::cbor), well_known_core);
    EXPECT_EQ(core{listed}.said(ask(code::get, ".well-known/core")),
              "2.05 ct=40: </a>;ct=\"50 0\";title=\"A\",</b>;title=\"B\",</c>;ct=60");
}

// The mapping of requests to alternatives is known at compile time.
constexpr bool are_all_chosen(std::initializer_list<std::pair<std::uint16_t, std::uint16_t>> formats) {
    std::array<detail::alternative, 3> all{};
    std::size_t count = 0;
    for (const auto& [consumes, produces] : formats) all[count++] = {nullptr, 0, consumes, produces};
    return detail::can_all_be_chosen(std::span{all}.first(count));
}
static_assert(are_all_chosen({{0, 1}, {0, 2}, {0, 0}}));
static_assert(are_all_chosen({{1, 0}, {2, 0}, {0, 0}}));
static_assert(are_all_chosen({{1, 2}, {2, 2}, {2, 1}}));
static_assert(!are_all_chosen({{0, 0}, {0, 1}}));
static_assert(!are_all_chosen({{0, 0}, {1, 0}}));
static_assert(!are_all_chosen({{1, 2}, {0, 1}, {1, 2}}));
static_assert(!are_all_chosen({{1, 0}, {1, 1}}));

}  // namespace
}  // namespace mincoap
