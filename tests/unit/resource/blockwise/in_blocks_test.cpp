// Handlers with block-wise responses.
#include "document_fixture.hpp"

namespace mincoap::document_tests {
namespace {

// RFC 7252 §5.9.1.3, RFC 8132 §2.1: only GET and FETCH get 2.03.
TEST(in_blocks, answers_any_method) {
    static constexpr std::string_view result = body.substr(0, 100);
    constexpr auto serve = [](const request& r) {
        const generated_body what{[](body_writer& to) { to.put(result); }};
        return in_blocks<content_format::json>(r, what, r.method() == code::post ? code::changed : code::content);
    };
    constexpr auto methods =
        routes(at<"">(get(serve).accepts_option<option::block2>(), fetch(serve).accepts_option<option::block2>(),
                      post(serve).accepts_option<option::block2>()));
    core c{methods};
    for (const code method : {code::get, code::fetch, code::post}) {
        const bool is_post = method == code::post;
        response all = whole(result, 50);
        response part = block_of(result, 1, 2, 50);
        if (is_post) all.answer = part.answer = code::changed;
        const packet tag = tag_of(result);
        const response valid{code::valid, {{4, tag}}, ""};
        EXPECT_EQ(response{c.answer(ask(method))}, all);
        EXPECT_EQ(response{c.answer(ask(method).with(23, block2(1, false, 2)))}, part);
        EXPECT_EQ(response{c.answer(ask(method).with(4, tag))}, is_post ? all : valid);
        EXPECT_EQ(response{c.answer(ask(method).with(4, tag).with(23, block2(1, false, 2)))}, is_post ? part : valid);
        EXPECT_EQ(c.said(ask(method).with(23, block2(2, false, 2))), "4.00");
    }
}

}  // namespace
}  // namespace mincoap::document_tests
