// Replies that say more than a code.
//
//     return diagnostic(code::bad_request, "the label is too long");
//     return problem(code::conflict, "Door is open", "The motor starts once it is closed.");
//     return unavailable(30);
//     return created<"things/main">();
//     return created<"things">(7);             // as /things/7
//     return created<"things", "id">(7);       // as /things?id=7
#pragma once

#include <mincoap/cbor/writer.hpp>
#include <mincoap/handler/reply.hpp>
#include <mincoap/resource/discovery/attributes.hpp>
#include <mincoap/resource/path.hpp>

namespace mincoap {

// An error and why, for a human to read (RFC 7252 §5.5.2). The text outlives the exchange, as a literal
// does, or is a short one, which is copied: `diagnostic(code::bad_request, text_of("at most ").add(limit))`.
inline reply diagnostic(code error, payload_view diagnostic [[clang::lifetimebound]]) {
    MINCOAP_ASSERT(is_error(error));
    return {error, {}, diagnostic};
}
inline reply diagnostic(code error, short_text diagnostic) {
    MINCOAP_ASSERT(is_error(error));
    return {error, {}, diagnostic};
}

// 5.03, and after how many seconds to try again (RFC 7252 §5.9.3.4).
inline reply unavailable(std::uint32_t seconds) {
    return {code::service_unavailable, [seconds](message::writer& to) { to.uint_option(option::max_age, seconds); }};
}

namespace detail {

struct problem_texts {
    std::string_view title;
    std::string_view detail;

    // RFC 9290 §2: the title has the key -1, the detail -2.
    void operator()(body_writer& body) const {
        cbor::writer to{body};
        to.map(detail.empty() ? 1 : 2);
        to.integer(-1), to.text_string(title);
        if (!detail.empty()) to.integer(-2), to.text_string(detail);
    }
};

// A payload in one piece.
void write_payload(message::writer& to, const auto& write) {
    body_writer measured;
    write(measured);
    body_writer body{to.payload_space(measured.size())};
    write(body);
}

inline void write_location(message::writer& to, std::string_view path) {
    for_each_segment(path, [&to](std::string_view segment) { to.option(option::location_path, segment); });
}

}  // namespace detail

// An error as concise problem details (RFC 9290), for programs and humans: what went wrong, in a few words that stay
// the same, and what that means this time. The texts are UTF-8 and outlive the exchange.
inline reply problem(code error, payload_view title [[clang::lifetimebound]],
                     payload_view detail [[clang::lifetimebound]] = {}) {
    MINCOAP_ASSERT(is_error(error));
    const detail::problem_texts texts{as_text({title.data(), title.size()}), as_text({detail.data(), detail.size()})};
    return {error, content_format::concise_problem_details,
            [texts](message::writer& to) { detail::write_payload(to, texts); }};
}

// 2.01, and where (RFC 7252 §5.8.2, §5.10.7): at that path, whose segments are as `at` has them.
template <text_literal Path>
reply created() {
    static_assert(detail::has_valid_segments(Path.view()), "mincoap: a path's segments have 1 to 255 bytes");
    return {code::created, [](message::writer& to) { detail::write_location(to, Path.view()); }};
}

// 2.01, and where: the number in decimal, as a segment below that path or, if a name is given, as the value of that
// parameter in the query (RFC 7252 §5.8.2, §5.10.7).
template <text_literal Path, text_literal Name = "">
reply created(std::uint32_t number) {
    static_assert(detail::has_valid_segments(Path.view()), "mincoap: a path's segments have 1 to 255 bytes");
    static_assert(Name.view().size() <= 255 - 11, "mincoap: a query has at most 255 bytes");
    return {code::created, [number](message::writer& to) {
                detail::write_location(to, Path.view());
                if constexpr (Name.view().empty()) {
                    to.option(option::location_path, detail::decimal{number}.view());
                } else {
                    link_text<Name.view().size() + 11> query;
                    query.append(Name.view());
                    query.append("=");
                    query.append(number);
                    to.option(option::location_query, query.view());
                }
            }};
}

}  // namespace mincoap
