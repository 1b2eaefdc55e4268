// Replies with more than a code: a diagnostic, problem details, a time to wait, or the path of a
// new resource.
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

// An error with its cause, for a human to read (RFC 7252 §5.5.2). A literal, or another text that
// outlives the exchange, is not copied. A short_text is:
// `diagnostic(code::bad_request, text_of("at most ").add(limit))`.
[[nodiscard]] inline reply diagnostic(code error, payload_view diagnostic [[clang::lifetimebound]]) {
    MINCOAP_ASSERT(is_error(error));
    return {error, {}, diagnostic};
}
[[nodiscard]] inline reply diagnostic(code error, short_text diagnostic) {
    MINCOAP_ASSERT(is_error(error));
    return {error, {}, diagnostic};
}

// 5.03, and the number of seconds after which the client may try again (RFC 7252 §5.9.3.4).
[[nodiscard]] inline reply unavailable(std::uint32_t seconds) {
    return {code::service_unavailable, [seconds](message::writer& to) { to.uint_option(option::max_age, seconds); }};
}

namespace detail {

struct problem_texts {
    std::string_view title;
    std::string_view detail;

    // The title has the key -1 and the detail has -2 (RFC 9290 §2).
    void operator()(body_writer& body) const {
        cbor::writer to{body};
        to.map(detail.empty() ? 1 : 2);
        to.integer(-1), to.text_string(title);
        if (!detail.empty()) to.integer(-2), to.text_string(detail);
    }
};

// Writes a payload in one piece: measures it first, by calling `write` twice.
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

// An error as concise problem details (RFC 9290), for programs and humans. The title names the kind
// of problem and stays the same; the detail describes this occurrence. Both texts are UTF-8 and
// must outlive the exchange.
[[nodiscard]] inline reply problem(code error, payload_view title [[clang::lifetimebound]],
                                   payload_view detail [[clang::lifetimebound]] = {}) {
    MINCOAP_ASSERT(is_error(error));
    const detail::problem_texts texts{as_text({title.data(), title.size()}), as_text({detail.data(), detail.size()})};
    return {error, content_format::concise_problem_details,
            [texts](message::writer& to) { detail::write_payload(to, texts); }};
}

// 2.01 with the path of the new resource (RFC 7252 §5.8.2, §5.10.7), which is written as for `at`.
template <text_literal Path>
[[nodiscard]] reply created() {
    static_assert(detail::has_valid_segments(Path.view()), "mincoap: a path's segments have 1 to 255 bytes");
    return {code::created, [](message::writer& to) { detail::write_location(to, Path.view()); }};
}

// 2.01 with the path of the new resource and its number in decimal (RFC 7252 §5.8.2, §5.10.7). The
// number is a segment below the path or, if a name is given, the value of that parameter in the
// query.
template <text_literal Path, text_literal Name = "">
[[nodiscard]] reply created(std::uint32_t number) {
    static_assert(detail::has_valid_segments(Path.view()), "mincoap: a path's segments have 1 to 255 bytes");
    static_assert(Name.view().size() <= 255 - 11, "mincoap: a query has at most 255 bytes");
    return {code::created, [number](message::writer& to) {
                detail::write_location(to, Path.view());
                if constexpr (Name.view().empty()) {
                    to.option(option::location_path, detail::decimal_digits{number}.view());
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
