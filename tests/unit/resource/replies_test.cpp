#include <mincoap/resource/replies.hpp>

#include "../../support/exchange.hpp"

namespace mincoap::test {
namespace {

packet answer_of(auto handler) {
    const auto site = routes(at<"">(post(handler)));
    return core{site}.answer(ask{code::post}.token("aa bb"));
}

TEST(replies, explain_an_error) {
    const auto refuse = [](const request&) { return diagnostic(code::bad_request, "no"); };
    EXPECT_EQ(answer_of(refuse), packet{"62 80 12 34 aa bb ff 'no'"});
}

// RFC 7252 §5.9.3.4: Max-Age is the number of seconds after which to retry.
TEST(replies, tell_when_to_try_again) {
    EXPECT_EQ(answer_of([](const request&) { return unavailable(30); }), packet{"62 a3 12 34 aa bb d1 01 1e"});
    EXPECT_EQ(answer_of([](const request&) { return unavailable(0); }), packet{"62 a3 12 34 aa bb d0 01"});
}

// RFC 7252 §5.10.7: one Location-Path option per segment.
TEST(replies, say_where_something_was_created) {
    EXPECT_EQ(answer_of([](const request&) { return created<"a/things">(0); }),
              packet{"62 41 12 34 aa bb 81 'a' 06 'things' 01 '0'"});
    EXPECT_EQ(answer_of([](const request&) { return created<"">(4'294'967'295); }),
              packet{"62 41 12 34 aa bb 8a '4294967295'"});
}

TEST(replies, say_that_something_was_created_at_a_fixed_path) {
    EXPECT_EQ(answer_of([](const request&) { return created<"a/things">(); }),
              packet{"62 41 12 34 aa bb 81 'a' 06 'things'"});
    EXPECT_EQ(answer_of([](const request&) { return created<"">(); }), packet{"62 41 12 34 aa bb"});
}

// RFC 7252 §5.10.7: one Location-Query option per parameter.
TEST(replies, say_by_which_query_it_is_found) {
    EXPECT_EQ(answer_of([](const request&) { return created<"things", "id">(70); }),
              packet{"62 41 12 34 aa bb 86 'things' c5 'id=70'"});
    EXPECT_EQ(answer_of([](const request&) { return created<"", "n">(4'294'967'295); }),
              packet{"62 41 12 34 aa bb dc 07 'n=4294967295'"});
}

// RFC 9290 §2: a map with the title at -1 and the detail at -2, in application/concise-problem-details+cbor.
TEST(replies, tell_a_problem) {
    EXPECT_EQ(answer_of([](const request&) { return problem(code::conflict, "Open"); }),
              packet{"62 89 12 34 aa bb c2 01 01 ff a1 20 64 'Open'"});
    EXPECT_EQ(answer_of([](const request&) { return problem(code::conflict, "Open", "Shut it."); }),
              packet{"62 89 12 34 aa bb c2 01 01 ff a2 20 64 'Open' 21 68 'Shut it.'"});
}

// The server sends the error code without its explanation.
TEST(replies, leave_out_an_explanation_that_does_not_fit) {
    const auto site =
        routes(at<"">(post([] { return problem(code::conflict, "A long title, longer than there is room"); })));
    EXPECT_EQ((core{site, 32}.said(ask{code::post})), "4.09");
}

}  // namespace
}  // namespace mincoap::test
