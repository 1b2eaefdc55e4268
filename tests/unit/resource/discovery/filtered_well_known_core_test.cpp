// Filters of /.well-known/core (RFC 6690 §4.1), applied to a site with the links of the ETSI plugtests.
#include <mincoap/resource/discovery/filtered_well_known_core.hpp>

#include "../../support/exchange.hpp"

namespace mincoap::test {
namespace {

constexpr auto site =
    routes(at<"link1">(text("1")).rt("Type1 Type2").if_("If1"), at<"link2">(text("2")).rt("Type2 Type3").if_("If2"),
           at<"link3">(text("3")).rt("Type1 Type3").if_("foo").sz(1338), filtered_well_known_core);

constexpr std::string_view link1 = R"(</link1>;rt="Type1 Type2";if="If1")";
constexpr std::string_view link2 = R"(</link2>;rt="Type2 Type3";if="If2")";
constexpr std::string_view link3 = R"(</link3>;rt="Type1 Type3";if="foo";sz=1338)";

std::string document(std::initializer_list<std::string_view> links) {
    std::string text;
    for (const std::string_view link : links) text += (text.empty() ? "" : ",") + std::string{link};
    return text.empty() ? "2.05 ct=40" : "2.05 ct=40: " + text;
}

ask discover(std::initializer_list<std::string_view> queries) {
    ask request{code::get, ".well-known/core"};
    for (const std::string_view q : queries) request.query(q);
    return request;
}

TEST(filtered_well_known_core, lists_everything_without_a_query) {
    EXPECT_EQ(core{site}.said(discover({})), document({link1, link2, link3}));
}

TEST(filtered_well_known_core, lists_what_matches) {
    const std::pair<std::string_view, std::string> cases[] = {
        {"rt=Type1", document({link1, link3})},
        {"rt=Type2", document({link1, link2})},
        {"rt=*", document({link1, link2, link3})},
        {"if=If*", document({link1, link2})},
        {"sz=*", document({link3})},
        {"href=/link1", document({link1})},
        {"href=/link*", document({link1, link2, link3})},
        {"rt=Type", document({})},
        {"title=*", document({})},
    };
    for (const auto& [query, expected] : cases) EXPECT_EQ(core{site}.said(discover({query})), expected) << query;
}

TEST(filtered_well_known_core, asks_all_of_several_queries_to_match) {
    EXPECT_EQ(core{site}.said(discover({"rt=Type1", "if=If*"})), document({link1}));
    EXPECT_EQ(core{site}.said(discover({"if=If*", "rt=Type1"})), document({link1}));
    EXPECT_EQ(core{site}.said(discover({"rt=Type1", "rt=Type2", "rt=Type3"})), document({}));
}

TEST(filtered_well_known_core, looks_at_the_last_of_eight_queries) {
    ask request = discover({});
    for (unsigned i = 1; i < max_discovery_queries; ++i) request.query(i == 3 ? "" : "rt=*");
    EXPECT_EQ(core{site}.said(ask{request}.query("sz=1338")), document({link3}));
    EXPECT_EQ(core{site}.said(ask{request}.query("href=/link2")), document({link2}));
    EXPECT_EQ(core{site}.said(ask{request}.query("sz=1")), document({}));
    EXPECT_EQ(core{site}.said(ask{request}.query("")), document({link1, link2, link3}));
}

// The server compares each link with each query, and a datagram could carry 370 queries.
TEST(filtered_well_known_core, refuses_more_queries_than_it_looks_at) {
    ask request = discover({});
    for (unsigned i = 0; i < max_discovery_queries; ++i) request.query("rt=Type1");
    EXPECT_EQ(core{site}.said(request), document({link1, link3}));
    EXPECT_EQ(core{site}.said(ask{request}.query("ct")), "4.00: more than 8 queries");
    EXPECT_EQ(core{site}.said(ask{request}.query("ct").non(), multicast()), "silence");
    ask flood = discover({});
    for (unsigned i = 0; i < 370; ++i) flood.query("ct");
    EXPECT_EQ(core{site}.said(flood), "4.00: more than 8 queries");
}

TEST(filtered_well_known_core, is_silent_to_a_group_where_nothing_matches) {
    EXPECT_EQ(core{site}.said(discover({"rt=Type9"}).non(), multicast()), "silence");
    EXPECT_EQ(core{site}.said(discover({"rt=Type2"}).non(), multicast()), document({link1, link2}));
}

// RFC 7959 §2.4: a filtered document is block-wise, too.
TEST(filtered_well_known_core, comes_in_blocks) {
    std::string all;
    for (unsigned number = 0; number < 5; ++number) {
        const packet sent = core{site}.answer(
            discover({"rt=Type1"}).with(23, packet{bytes{std::array<byte, 1>{static_cast<byte>(number << 4)}}}));
        all += as_text(message::view::parse(sent.view())->payload());
    }
    EXPECT_EQ(all, (document({link1, link3}).substr(12, 80)));
}

// The server reads the query again while it writes the response over the request. The request fills the buffer,
// and other options follow the query.
TEST(filtered_well_known_core, works_in_a_buffer_that_the_request_fills) {
    const packet request = discover({"href=/link1"}).with(23, packet{"02"}).with(60, packet{"01 02 03"});
    EXPECT_EQ((core{site, request.size() + 8}.said(request)), "2.05 ct=40: " + std::string{link1.substr(0, 16)});
    EXPECT_EQ((core{site, request.size()}.said(request)), "5.00") << "no room for a block of 16 bytes";
}

// Nodes below a prefix, which come and go at run time.
struct nodes {
    const std::vector<int>* numbers;

    explicit nodes(const std::vector<int>& n) : numbers(&n) {}

    void links(link_writer& to) const {
        for (const int n : *numbers)
            to.put("<" + std::string{to.reference()} + "/" + std::to_string(n) +
                   ">;rt=\"node\";sz=" + std::to_string(n));
    }

    struct get : method<code::get> {
        static reply serve(const nodes&, const request&) { return code::valid; }
    };
    using methods = method_list<get>;
};

TEST(filtered_well_known_core, asks_for_links_at_run_time) {
    std::vector<int> numbers;
    const auto changing = routes(at<"a">(text("a")).rt("first"), below<"my nodes">(nodes{numbers}).title("All"),
                                 filtered_well_known_core);
    const std::string constant = R"(</a>;rt="first",</my%20nodes>;title="All")";
    EXPECT_EQ(core{changing}.said(discover({})), document({constant}));
    numbers = {7, 12};
    const std::string_view seven = R"(</my%20nodes/7>;rt="node";sz=7)";
    const std::string_view twelve = R"(</my%20nodes/12>;rt="node";sz=12)";
    EXPECT_EQ(core{changing}.said(discover({})), document({constant, seven, twelve}));
    EXPECT_EQ(core{changing}.said(discover({"rt=node"})), document({seven, twelve}));
    EXPECT_EQ(core{changing}.said(discover({"rt=node", "sz=12"})), document({twelve}));
    EXPECT_EQ(core{changing}.said(discover({"href=/my%20nodes/*"})), document({seven, twelve}));
    EXPECT_EQ(core{changing}.said(discover({"sz=8"}).non(), multicast()), "silence");
}

// Counts how often the server asks for the links: a resource that reads them from a disk should do so once.
struct read_once {
    int* asked;

    explicit read_once(int& a) : asked(&a) {}
    void links(link_writer& to) const {
        ++*asked;
        to.put("</disk>");
    }

    struct get : method<code::get> {
        static reply serve(const read_once&, const request&) { return code::valid; }
    };
    using methods = method_list<get>;
};

TEST(filtered_well_known_core, asks_for_links_once_a_request) {
    int asked = 0;
    const auto reading = routes(below<"d">(read_once{asked}), filtered_well_known_core);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(core{reading}.said(discover({"href=/disk"})), document({"</disk>"}));
    EXPECT_EQ(asked, 2);
}

// A resource around another one does not hide its links, except an `optional` without a value.
TEST(filtered_well_known_core, asks_for_links_within_a_resource_around_them) {
    const std::vector<int> numbers{7};
    const auto version = [] { return etag{"1"}; };
    std::optional<nodes> present;
    const auto around = routes(
        below<"a">(confirmed_only(nodes{numbers})), below<"b">(conditional(version, nodes{numbers})),
        below<"c">(optional(present)).title("c"), below<"d">(for_groups(nodes{numbers})), filtered_well_known_core);
    EXPECT_EQ(core{around}.said(discover({"rt=node"})),
              document({R"(</a/7>;rt="node";sz=7)", R"(</b/7>;rt="node";sz=7)", R"(</d/7>;rt="node";sz=7)"}));
    present.emplace(numbers);
    EXPECT_EQ(core{around}.said(discover({"href=/c/*"})), document({R"(</c/7>;rt="node";sz=7)"}));
}

// The same nodes in another format.
struct cbor_nodes : nodes {
    using nodes::nodes;
    struct get : nodes::get {
        static constexpr format_option produces = content_format::cbor;
    };
    using methods = method_list<get>;
};

// Alternatives are one resource, so the links of a second alternative would be duplicates.
TEST(filtered_well_known_core, asks_the_first_alternative_that_has_links) {
    constexpr auto upload = put([] { return code::changed; }).consumes<content_format::cbor>();
    constexpr auto json = put([] { return code::changed; }).consumes<content_format::json>();
    const std::vector<int> first{7};
    const std::vector<int> second{8};
    const std::optional<nodes> absent;
    const auto version = [] { return etag{"1"}; };
    const auto choosing = routes(below<"a">(negotiated(upload, nodes{first})).title("A"),
                                 below<"b">(negotiated(conditional(version, cbor_nodes{first}), nodes{second})),
                                 below<"c">(negotiated(upload, negotiated(json, nodes{second}))),
                                 below<"d">(negotiated(optional(absent), upload)), filtered_well_known_core);
    EXPECT_EQ(core{choosing}.said(discover({"rt=node"})),
              document({R"(</a/7>;rt="node";sz=7)", R"(</b/7>;rt="node";sz=7)", R"(</c/8>;rt="node";sz=8)"}));
}

// A resource without links adds no code for links to a site.
static_assert(has_links<decltype(negotiated(text("a"), nodes{std::declval<const std::vector<int>&>()}))>);
static_assert(!has_links<decltype(negotiated(constant<content_format::json>{"{}"}, text("a")))>);

TEST(filtered_well_known_core, has_another_etag_when_links_change) {
    std::vector<int> numbers = {1};
    const auto changing = routes(below<"">(nodes{numbers}), filtered_well_known_core);
    const auto etag_now = [&] {
        const packet sent = core{changing}.answer(discover({}));
        return packet{message::view::parse(sent.view())->options().find(option::etag)->value};
    };
    const packet before = etag_now();
    EXPECT_EQ(etag_now(), before);
    EXPECT_EQ(core{changing}.said(discover({}).with(4, before)), "2.03");
    EXPECT_EQ(core{changing}.said(discover({"href=/1"})), document({R"(</1>;rt="node";sz=1)"}));
    numbers = {2};
    EXPECT_NE(etag_now(), before);
}

struct limits_to_48 {
    static std::size_t receive(exchange& x, auto next) { return x.limit_to(48), next(x); }
};

// The server keeps the queries in the room of the response. Without them each link would match.
TEST(filtered_well_known_core, is_not_unfiltered_where_a_layer_leaves_no_room_for_the_queries) {
    core c{site, limits_to_48{}};
    const std::string long_title = "title=" + std::string(44, 'x');
    EXPECT_EQ(c.said(discover({long_title})), "5.00");
    EXPECT_EQ(c.said(discover({long_title}).non(), multicast()), "silence");
    EXPECT_EQ(c.said(discover({"title=x"})), document({}));
}

}  // namespace
}  // namespace mincoap::test
