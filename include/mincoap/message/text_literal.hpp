// Text as a template argument: `at<"sensors/temperature">`.
#pragma once

#include <mincoap/message/bytes.hpp>

namespace mincoap {

template <std::size_t N>
struct text_literal {
    char text[N]{};

    consteval text_literal(const char (&literal)[N]) {  // NOLINT(*-explicit-*): a literal is meant to convert
        for (std::size_t i = 0; i < N; ++i) text[i] = literal[i];
    }
    constexpr std::string_view view() const { return {text, N - 1}; }
};

}  // namespace mincoap
