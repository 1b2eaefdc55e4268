// Link attributes, which the library builds at compile time.
#include <concepts>

#include <gtest/gtest.h>

#include <mincoap/mincoap.hpp>

namespace mincoap {
namespace {

constexpr link_attributes none{};
static_assert(none.view().empty());

// RFC 6690 §3: rt, if, sz; RFC 7252 §7.2.1: ct; RFC 7641 §6: obs.
static_assert(none.title("Status LED").view() == ";title=\"Status LED\"");
static_assert(none.rt("demo.led demo.switch").view() == ";rt=\"demo.led demo.switch\"");
static_assert(none.if_("core.a").view() == ";if=\"core.a\"");
static_assert(none.ct(content_format::text_plain).view() == ";ct=0");
static_assert(none.ct(content_format::concise_problem_details).view() == ";ct=257");
static_assert(none.ct(static_cast<content_format>(65535)).view() == ";ct=65535");
static_assert(none.ct_list<4>("0 60").view() == ";ct=\"0 60\"");
static_assert(none.sz(0).view() == ";sz=0");
static_assert(none.sz(1280).view() == ";sz=1280");
static_assert(none.sz(4'294'967'295).view() == ";sz=4294967295");
static_assert(none.raw(";obs").view() == ";obs");
static_assert(none.raw(";foo=\"bar\";baz").view() == ";foo=\"bar\";baz");
static_assert(none.title("").view() == ";title=\"\"");

// The order of the attributes is the order of the calls.
static_assert(none.title("T").rt("r").if_("i").ct(content_format::cbor).sz(5).raw(";obs").raw(";x").view() ==
              ";title=\"T\";rt=\"r\";if=\"i\";ct=60;sz=5;obs;x");

// UTF-8 is copied unchanged.
static_assert(none.title("Gr\xc3\xbc\xc3\x9f"
                         "e")
                  .view() == ";title=\"Gr\xc3\xbc\xc3\x9f"
                             "e\"");

// An entry of a site accepts the same attributes for each kind of resource, and does not change the resource.
constexpr auto plain = at<"x">(text("four"));
static_assert(plain.title("T").rt("r").if_("i").ct(content_format::cbor).sz(5).raw(";obs").attributes.view() ==
              none.title("T").rt("r").if_("i").ct(content_format::cbor).sz(5).raw(";obs").view());
static_assert(below<"x">(get([] { return code::valid; }), put([] { return code::valid; })).rt("r").attributes.view() ==
              ";rt=\"r\"");
static_assert(std::same_as<decltype(plain.title("T").resource), decltype(text("four"))>);
static_assert(plain.title("T").raw(";obs").resource.payload.size() == 4);

TEST(attributes, cost_a_site_nothing) {
    constexpr auto bare = routes(plain);
    constexpr auto with_attributes = routes(plain.title("A title of some length").rt("and.a.type").raw(";obs"));
    EXPECT_EQ(sizeof(bare), sizeof(with_attributes));
}

}  // namespace
}  // namespace mincoap
