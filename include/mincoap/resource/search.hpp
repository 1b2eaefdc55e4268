// The search in a site's table: which method serves a request.
//
// The functions are inlined, because most images have only one site, and a call takes some 20 bytes more on
// Cortex-M0+.
#pragma once

#include <mincoap/resource/table.hpp>

namespace mincoap::detail {

// ---- Does the path of a row match?

// In the first byte of a path, the upper four bits are the option delta, which depends on the option before the path.
// They are not compared.
inline constexpr byte without_delta = 15;

// Compares a request's path with a beginning that it is long enough for.
[[nodiscard]] constexpr bool begins_with(const byte* path, bytes beginning) {
    if (!compiled_for_size && !beginning.empty())
        return ((path[0] ^ beginning[0]) & without_delta) == 0 &&
               equal_bytes(path + 1, beginning.data() + 1, beginning.size() - 1);
    byte compared = without_delta;
    for (const byte expected : beginning) {
        if (((*path++ ^ expected) & compared) != 0) return false;
        compared = 0xff;
    }
    return true;
}

[[nodiscard]] constexpr bool matches_without_wildcards(bytes path, const row_path& own) {
    const std::size_t size = own.encoded.size();
    if (path.size() != size && (path.size() < size || !own.is_prefix)) return false;
    return begins_with(path.data(), own.encoded);
}

// Compares byte by byte, and skips a segment of the request for each wildcard.
[[nodiscard]] constexpr bool matches_with_wildcards(bytes path, const row_path& own) {
    const byte* at = path.data();
    const byte* const end = at + path.size();
    byte compared = without_delta;
    for (const byte expected : own.encoded) {
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
    return at == end || own.is_prefix;
}

// A site without wildcards has the smaller function.
template <bool HasWildcards, typename Table>
[[nodiscard, gnu::always_inline]] constexpr bool matches(const Table& t, bytes path, const row& candidate) {
    if constexpr (HasWildcards) return matches_with_wildcards(path, t.path_of(candidate));
    else return matches_without_wildcards(path, t.path_of(candidate));
}

// ---- Which row is it?

// The result of a search, so far.
struct found_row {
    const row* method = nullptr;
    code error = code::not_found;  // the answer if no row serves the request

    // Returns whether the row, whose path matches, has the method of the request. If not, the error is 4.05.
    [[nodiscard, gnu::always_inline]] constexpr bool offers(const row& candidate, const request& r) {
        error = code::method_not_allowed;
        return (candidate.methods & set_of(r.method())) != 0;
    }
};

// Searches the rows with a path of that hash and size, with which the request's path begins. If the request's path is
// longer, only prefixes match.
template <typename Table>
[[gnu::always_inline]] constexpr void search_bucket(const Table& t, const request& r, std::uint32_t hash,
                                                    std::size_t path_size, found_row& found) {
    const auto* const begin = &t.bucket_begin[hash & (Table::buckets - 1)];
    for (std::size_t i = begin[0]; i != begin[1]; ++i) {
        const row& candidate = t.rows[i];
        if (candidate.path_size == path_size && matches<false>(t, r.path(), candidate) && found.offers(candidate, r))
            found.method = &candidate;
    }
}

// Searches the bucket of the whole path. If the site has prefixes, it searches the bucket of each shorter path before,
// so that the longest path that matches is the one found.
template <typename Table>
[[gnu::always_inline]] constexpr void search_buckets(const Table& t, const request& r, found_row& found) {
    std::uint32_t hash = message::fnv_basis;
    byte compared = without_delta;
    for (const byte* at = r.path_begin; at != r.path_end;) {
        const byte* end = r.path_end;
        if constexpr (Table::shape.has_prefixes) {
            search_bucket(t, r, hash, static_cast<std::size_t>(at - r.path_begin), found);
            message::option_reader segment{at, end};
            segment.next();  // there is one, and it is well-formed
            end = segment.position();
        }
        hash = message::fnv_step(hash, *at++ & compared);
        for (compared = 0xff; at != end; ++at) hash = message::fnv_step(hash, *at);
    }
    search_bucket(t, r, hash, r.path().size(), found);
}

// Searches the rows behind the buckets. The first one that matches and has the method replaces a row from the buckets
// only if its path has more segments: between equally long paths, the one without wildcards is served.
template <typename Table>
[[gnu::always_inline]] constexpr void search_behind_buckets(const Table& t, const request& r, found_row& found) {
    const auto segments_of = [&](const row& of) { return count_segments(t.path_of(of).encoded); };
    for (const row& candidate : std::span{t.rows}.subspan(t.bucket_begin[Table::buckets])) {
        if (!matches<Table::shape.has_wildcards>(t, r.path(), candidate) || !found.offers(candidate, r)) continue;
        if (found.method == nullptr || segments_of(candidate) > segments_of(*found.method)) found.method = &candidate;
        break;
    }
}

template <typename Table>
[[nodiscard, gnu::always_inline]] constexpr found_row find(const Table& t, const request& r) {
    found_row found;
    if constexpr (Table::buckets != 0) search_buckets(t, r, found);
    if constexpr (Table::buckets == 0 || Table::shape.has_wildcards) search_behind_buckets(t, r, found);
    return found;
}

// ---- Serving

// Serves a request by the resources of a site, which begin at `site`, or returns the error. Without a method for it,
// that is 4.02 if no method of the site accepts one of its critical options, or else 4.04 or 4.05.
template <bool HasBlocks, bool MayBeObserved, typename Table>
[[nodiscard, gnu::always_inline]] inline reply route(const Table& t, option_set accepted_anywhere, const void* site,
                                                     const request& r) {
    found_row found;
    const auto is_served_by = [&](const row& method) {
        found.error = why_not_served<HasBlocks>(method, r);
        return found.error == code::empty;
    };
    const auto serve = [&](const row& method) {
        if constexpr (MayBeObserved)
            if ((method.accepted_options & demand::observation) == 0) r.place->observe = 0;
        return method.serve(static_cast<const char*>(site) + method.resource, r);
    };
    if constexpr (Table::buckets == 0) {
        // The loop serves the request itself, which takes 12 bytes less on Cortex-M0+ than `find`.
        for (const row& candidate : t.rows) {
            if (!matches<Table::shape.has_wildcards>(t, r.path(), candidate) || !found.offers(candidate, r)) continue;
            if (is_served_by(candidate)) return serve(candidate);
            break;
        }
    } else {
        found = find(t, r);
        if (found.method != nullptr && is_served_by(*found.method)) return serve(*found.method);
    }
    return (r.critical_options & ~accepted_anywhere) != 0 ? code::bad_option : found.error;
}

// Returns the critical options that the method for the request accepts. Without such a method, it returns those that
// any method of the site accepts.
template <typename Table>
[[nodiscard]] constexpr option_set accepted_options(const Table& t, option_set accepted_anywhere, const request& r) {
    const row* const method = find(t, r).method;
    return method != nullptr ? method->accepted_options : accepted_anywhere;
}

}  // namespace mincoap::detail
