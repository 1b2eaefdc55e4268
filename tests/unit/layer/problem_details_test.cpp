// A 4.02 that names the unrecognized option (RFC 9290 §3.1).
#include <mincoap/layer/problem_details.hpp>

#include "../../support/exchange.hpp"

namespace mincoap::test {
namespace {

constexpr auto inner = routes(at<"x">(text("x")));
constexpr auto site =
    routes(at<"hello">(text("hello"), put([] { return code::changed; }).accepts_option<option::if_match>()),
           at<"own">(get([] { return diagnostic(code::bad_option, "my own words"); })), below<"inner">(inner));

packet answer(const ask& request) { return core<decltype(site), problem_details>{site}.answer(request); }
std::string said(const ask& request) { return core<decltype(site), problem_details>{site}.said(request); }

// Returns a 4.02 with the map {-8: number}, in application/concise-problem-details+cbor (257).
packet naming(const char* number) { return packet{"60 82 12 34 c2 01 01 ff a1 27"} + packet{number}; }

TEST(problem_details, names_an_option_that_nobody_looks_at) {
    EXPECT_EQ(answer(ask{code::get, "hello"}.with(65001, "00")), naming("19 fd e9"));
    EXPECT_EQ(answer(ask{code::get, "hello"}.with(1)), naming("01"));
    EXPECT_EQ(answer(ask{code::get, "hello"}.query("q")), naming("0f"));
    EXPECT_EQ(answer(ask{code::get, "hello"}.with(27, "08")), naming("18 1b"));
}

TEST(problem_details, names_the_first_one) {
    EXPECT_EQ(answer(ask{code::get, "hello"}.with(27).with(23).query("q")), naming("0f"));
}

TEST(problem_details, goes_by_the_method) {
    EXPECT_EQ(said(ask{code::put, "hello"}.with(1)), "2.04");
    EXPECT_EQ(answer(ask{code::put, "hello"}.with(1).with(5)), naming("05"));
}

TEST(problem_details, goes_by_what_anybody_looks_at_where_nothing_is) {
    EXPECT_EQ(said(ask{code::get, "nothing"}.with(1)), "4.04");
    EXPECT_EQ(answer(ask{code::get, "nothing"}.with(1).with(5)), naming("05"));
}

// RFC 7252 §5.4.3, §5.4.5: such options count as unrecognized.
TEST(problem_details, names_an_option_of_forbidden_length_or_repetition) {
    EXPECT_EQ(answer(ask{code::get, "hello"}.accept(0).with(17)), naming("11"));
    EXPECT_EQ(answer(ask{code::get, "hello"}.with(17, "01 02 03")), naming("11"));
    EXPECT_EQ(answer(ask{code::put, "hello"}.with(1, "01 02 03 04 05 06 07 08 09")), naming("01"));
}

TEST(problem_details, leaves_other_answers_alone) {
    EXPECT_EQ(said(ask{code::get, "hello"}), "2.05 ct=0: hello");
    EXPECT_EQ(said(ask{code::get, "hello"}.with(252, "01")), "2.05 ct=0: hello");
    EXPECT_EQ(said(ask{code::get, "nothing"}), "4.04");
    EXPECT_EQ(said(ask{code::get, "own"}), "4.02: my own words");
    EXPECT_EQ(said(ask{code::get, "hello"}.non().with(1)), "silence");
}

// The kept part overwrites the rest of the request. Here, the last byte of the query replaces Accept and would
// be read as a Block1 option that the client did not send.
TEST(problem_details, does_not_look_at_what_a_handler_has_written_over) {
    const auto keep_query = [](const request& r) -> reply {
        EXPECT_EQ(as_text(r.move_behind_reply(r.message.options().find(option::uri_query)->value)), "abc\xc0");
        return code::bad_option;
    };
    const auto keeping = routes(at<"kept/behind">(get(keep_query).accepts_option<option::uri_query>()));
    const packet datagram = ask{code::get, "kept/behind"}.query("abc\xc0").accept(0);
    EXPECT_EQ((core<decltype(keeping), problem_details>{keeping, datagram.size()}.said(datagram)), "4.02");
}

TEST(problem_details, does_not_know_what_another_site_understands) {
    EXPECT_EQ(said(ask{code::get, "inner/x"}.with(1)), "4.02");
    EXPECT_EQ(answer(ask{code::get, "inner/x"}.with(17, "01 02 03")), naming("11"));
}

}  // namespace
}  // namespace mincoap::test
