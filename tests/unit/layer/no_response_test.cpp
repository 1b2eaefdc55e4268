// No-Response, RFC 7967 §2.1.
#include <mincoap/layer/no_response.hpp>

#include "../../support/exchange.hpp"

namespace mincoap::test {
namespace {

constexpr auto site = routes(at<"hello">(text("hello")));

std::string said(std::string_view path, unsigned value, bool confirmable) {
    core<decltype(site), no_response> server{site};
    ask request{code::get, path};
    request.with(258, value == 0 ? packet{} : packet{bytes{std::array<byte, 1>{static_cast<byte>(value)}}});
    return server.said(confirmable ? request : request.non());
}

TEST(no_response, leaves_out_the_classes_that_are_named) {
    EXPECT_EQ(said("hello", 2, false), "silence");
    EXPECT_EQ(said("hello", 8 | 16, false), "2.05 ct=0: hello");
    EXPECT_EQ(said("nothing", 8, false), "silence");
    EXPECT_EQ(said("nothing", 2 | 16, false), "4.04");
    EXPECT_EQ(said("hello", 26, false), "silence");
}

TEST(no_response, leaves_out_nothing_if_all_are_of_interest) { EXPECT_EQ(said("hello", 0, false), "2.05 ct=0: hello"); }

TEST(no_response, acknowledges_a_confirmable_request) {
    EXPECT_EQ(said("hello", 2, true), "acknowledged");
    EXPECT_EQ(said("hello", 8, true), "2.05 ct=0: hello");
}

// An invalid length makes the elective option an unrecognized one (RFC 7252 §5.4.3).
TEST(no_response, ignores_a_longer_option) {
    core<decltype(site), no_response> server{site};
    EXPECT_EQ(server.said(ask{code::get, "hello"}.non().with(258, packet{"00 02"})), "2.05 ct=0: hello");
}

// The request nearly fills the buffer, and the part that the handler keeps overwrites the option.
TEST(no_response, is_heeded_though_a_handler_keeps_a_part_of_the_request) {
    constexpr auto discoverable = routes(at<"lamp">(text("on")).rt("light"), filtered_well_known_core);
    core<decltype(discoverable), no_response> server{discoverable, 64};
    ask request{code::get, ".well-known/core"};
    request.non().query("rt=light").query("rt=ligh*").query("href=/lamp");
    ASSERT_EQ(server.said(request), "2.05 ct=40: </lamp>;rt=\"light\"");
    EXPECT_EQ(server.said(request.with(258, packet{"02"})), "silence");
}

TEST(no_response, is_not_heeded_unless_it_is_named) {
    EXPECT_EQ(core{site}.said(ask{code::get, "hello"}.non().with(258, packet{"02"})), "2.05 ct=0: hello");
}

}  // namespace
}  // namespace mincoap::test
