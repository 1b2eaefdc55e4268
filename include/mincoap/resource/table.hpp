// The table that a site is: one row a method, in the order in which they are tried.
#pragma once

#include <array>

#include <mincoap/resource/path.hpp>
#include <mincoap/resource/resource.hpp>

namespace mincoap::detail {

// One method of one resource.
struct row {
    const byte* path;  // encoded_path
    byte path_size;
    method_set methods;      // and `below_it`, which is no method
    std::uint16_t consumes;  // format_option::number_plus_one
    option_set understands;
    reply (*serve)(const void* site, const request& r);
};

struct table {
    std::span<const row> rows;
    option_set recognised;  // that at least one of them understands, and the demands that none of them has to meet
};

// In a row's methods: it takes any path that begins with its own.
inline constexpr method_set below_it = 1;

// The first bytes of two encoded paths differ in the option delta, which tells no more than what came before.
constexpr bool matches_without_wildcards(bytes path, const row& candidate) {
    const std::size_t size = candidate.path_size;
    if (path.size() != size && (path.size() < size || (candidate.methods & below_it) == 0)) return false;
    if (size == 0) return true;
    return ((path[0] ^ candidate.path[0]) & 15) == 0 && equal_bytes(path.data() + 1, candidate.path + 1, size - 1);
}

// The same byte by byte, and a segment of the request for a wildcard.
constexpr bool matches_with_wildcards(bytes path, const row& candidate) {
    const byte* at = path.data();
    const byte* const end = at + path.size();
    byte compared = 15;
    for (const byte expected : bytes{candidate.path, candidate.path_size}) {
        if (at == end) return false;
        if (expected == any_segment) {
            message::option_reader segment{at, end};
            segment.next();  // there is one, and it is well-formed
            at = segment.position();
        } else if (((*at++ ^ expected) & compared) != 0) {
            return false;
        }
        compared = 0xff;
    }
    return at == end || (candidate.methods & below_it) != 0;
}

// A site without wildcards has the smaller one.
template <bool HasWildcards>
constexpr bool matches(bytes path, const row& candidate) {
    if constexpr (HasWildcards) return matches_with_wildcards(path, candidate);
    else return matches_without_wildcards(path, candidate);
}

// True if a method of that Content-Format takes the request's payload. FETCH, PATCH and iPATCH, unlike the others, name
// the format of their payload (RFC 8132 §2.3.1, §3).
constexpr bool is_in_format(std::uint16_t consumes, const request& r) {
    const bool is_left_open = r.content_format.is_absent() && r.method() < code::fetch;
    return consumes == 0 || is_left_open || r.content_format.number_plus_one() == consumes;
}

// Why the method cannot be given the request; `code::empty` if it can.
template <bool HasBlocks>
constexpr code refusal(const row& method, const request& r) {
    const option_set unmet = r.critical & ~method.understands;
    if constexpr (HasBlocks)
        if (unmet == later_block) return code::bad_request;  // RFC 7959 §2.2, §2.4: there is one block only
    if (unmet != 0) return code::bad_option;
    return is_in_format(method.consumes, r) ? code::empty : code::unsupported_content_format;
}

// Inlined, since a site is alone in most images, and a call is some 20 bytes more on Cortex-M0+.
template <bool HasWildcards, bool HasBlocks>
[[gnu::always_inline]] inline reply route(const table& site_table, const void* site, const request& r) {
    code answer = code::not_found;
    for (const row& candidate : site_table.rows) {
        if (!matches<HasWildcards>(r.path(), candidate)) continue;
        answer = code::method_not_allowed;
        if ((candidate.methods & set_of(r.method())) == 0) continue;
        answer = refusal<HasBlocks>(candidate, r);
        if (answer == code::empty) return candidate.serve(site, r);
        break;
    }
    // For lack of a resource, only options that no resource looks at are unknown.
    return (r.critical & ~site_table.recognised) != 0 ? code::bad_option : answer;
}

// The critical options that are understood of a request: by the method that is there for it, or for lack of one by any.
template <bool HasWildcards>
constexpr option_set understood(const table& site_table, const request& r) {
    for (const row& candidate : site_table.rows)
        if (matches<HasWildcards>(r.path(), candidate) && (candidate.methods & set_of(r.method())) != 0)
            return candidate.understands;
    return site_table.recognised;
}

// Where the segment that an encoded_path has there ends.
constexpr const byte* behind_segment(const byte* encoded) {
    if (*encoded == any_segment) return encoded + 1;
    const std::size_t length = *encoded < 13 ? encoded[0] : std::size_t{13} + encoded[1];
    return encoded + message::option_head_size(0, length) + length;
}

constexpr std::size_t count_segments(const row& r) {
    std::size_t count = 0;
    for (const byte* at = r.path; at != r.path + r.path_size; at = behind_segment(at)) ++count;
    return count;
}

// The most specific first: paths of more segments; at the first difference between a text and a wildcard, the text;
// exact ones before prefixes.
constexpr bool comes_before(const row& a, const row& b) {
    const std::size_t segments = count_segments(a);
    if (segments != count_segments(b)) return segments > count_segments(b);
    const byte* in_a = a.path;
    const byte* in_b = b.path;
    for (std::size_t i = 0; i < segments; ++i, in_a = behind_segment(in_a), in_b = behind_segment(in_b))
        if ((*in_a == any_segment) != (*in_b == any_segment)) return *in_b == any_segment;
    return (a.methods & below_it) < (b.methods & below_it);
}

template <std::size_t N>
constexpr void sort(std::array<row, N>& rows) {
    for (std::size_t i = 1; i < N; ++i)
        for (std::size_t j = i; j > 0 && comes_before(rows[j], rows[j - 1]); --j) {
            const row lower = rows[j - 1];
            rows[j - 1] = rows[j];
            rows[j] = lower;
        }
}

template <std::size_t N>
constexpr bool has_duplicate(const std::array<row, N>& rows) {
    for (std::size_t i = 0; i < N; ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (((rows[i].methods ^ rows[j].methods) & below_it) == 0 &&
                (rows[i].methods & rows[j].methods & ~below_it) != 0 && rows[i].path_size == rows[j].path_size &&
                equal_bytes(rows[i].path, rows[j].path, rows[i].path_size))
                return true;
    return false;
}

}  // namespace mincoap::detail
