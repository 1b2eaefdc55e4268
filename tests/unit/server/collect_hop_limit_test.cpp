// Hop-Limit, RFC 8768.
#include "../../support/exchange.hpp"

namespace mincoap::test {
namespace {

constexpr auto site = routes(at<"hello">(text("hello")));

// RFC 8768 §3: the option is elective, and meant for proxies. A server that does not know it ignores it, whatever its
// value (RFC 7252 §5.4.1).
TEST(hop_limit, is_ignored) {
    for (const packet& value : {packet{"10"}, packet{"01"}, packet{"ff"}, packet{"00"}, packet{""}, packet{"01 00"}}) {
        EXPECT_EQ(core{site}.said(ask{code::get, "hello"}.with(16, value)), "2.05 ct=0: hello");
        EXPECT_EQ(core{site}.said(ask{code::get, "hello"}.with(16, value).non()), "2.05 ct=0: hello");
        EXPECT_EQ(core{site}.said(ask{code::get, "hello"}.with(16, value).with(16, value)), "2.05 ct=0: hello");
    }
}

}  // namespace
}  // namespace mincoap::test
