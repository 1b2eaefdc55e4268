// Attributes, as they are put together at compile time.
#include <concepts>
#include <type_traits>

#include <gtest/gtest.h>

#include <mincoap/mincoap.hpp>

namespace mincoap {
namespace {

constexpr auto plain = text("x");

// RFC 6690 §3: rt, if, sz; RFC 7252 §7.2.1: ct; RFC 7641 §6: obs.
static_assert(plain.title("Status LED").attributes.view() == ";title=\"Status LED\"");
static_assert(plain.rt("demo.led demo.switch").attributes.view() == ";rt=\"demo.led demo.switch\"");
static_assert(plain.if_("core.a").attributes.view() == ";if=\"core.a\"");
static_assert(plain.ct(content_format::text_plain).attributes.view() == ";ct=0");
static_assert(plain.ct(content_format::concise_problem_details).attributes.view() == ";ct=257");
static_assert(plain.ct(static_cast<content_format>(65535)).attributes.view() == ";ct=65535");
static_assert(plain.sz(0).attributes.view() == ";sz=0");
static_assert(plain.sz(1280).attributes.view() == ";sz=1280");
static_assert(plain.sz(4'294'967'295).attributes.view() == ";sz=4294967295");
static_assert(plain.raw(";obs").attributes.view() == ";obs");
static_assert(plain.raw(";foo=\"bar\";baz").attributes.view() == ";foo=\"bar\";baz");
static_assert(plain.title("").attributes.view() == ";title=\"\"");

// In the order in which they are given.
static_assert(
    plain.title("T").rt("r").if_("i").ct(content_format::cbor).sz(5).raw(";obs").raw(";x").attributes.view() ==
    ";title=\"T\";rt=\"r\";if=\"i\";ct=60;sz=5;obs;x");

// UTF-8 stands as it is.
static_assert(plain
                  .title("Gr\xc3\xbc\xc3\x9f"
                         "e")
                  .attributes.view() == ";title=\"Gr\xc3\xbc\xc3\x9f"
                                        "e\"");

// They are given to any kind of resource, and it stays what it is.
constexpr int number = 1;
static_assert(value(number).title("N").attributes.view() == ";title=\"N\"");
static_assert(value([] { return 1; }).raw(";obs").attributes.view() == ";obs");
static_assert(value([] { return 1; }, [](int) {}).rt("r").attributes.view() == ";rt=\"r\"");
static_assert(get([] { return code::valid; }).if_("i").attributes.view() == ";if=\"i\"");
static_assert(std::same_as<decltype(plain.title("T").raw(";obs").resource), std::remove_const_t<decltype(plain)>>);
static_assert(text("four").title("T").raw(";obs").resource.payload.size() == 4);

TEST(link, attributes_cost_a_site_nothing) {
    constexpr auto bare = routes(at<"x">(plain));
    constexpr auto described = routes(at<"x">(plain.title("A title of some length").rt("and.a.type").raw(";obs")));
    EXPECT_EQ(sizeof(bare), sizeof(described));
}

}  // namespace
}  // namespace mincoap
