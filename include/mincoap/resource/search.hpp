// The search of a site's table: which method gets a request.
#pragma once

#include <mincoap/resource/table.hpp>

namespace mincoap::detail {

// The first bytes of two encoded paths differ in the option delta, which tells no more than what came before.
constexpr bool begins_with(const byte* path, bytes beginning) {
    if (!compiled_for_size && !beginning.empty())
        return ((path[0] ^ beginning[0]) & 15) == 0 &&
               equal_bytes(path + 1, beginning.data() + 1, beginning.size() - 1);
    byte compared = 15;
    for (const byte expected : beginning) {
        if (((*path++ ^ expected) & compared) != 0) return false;
        compared = 0xff;
    }
    return true;
}

constexpr bool matches_without_wildcards(bytes path, bytes own, bool below) {
    if (path.size() != own.size() && (path.size() < own.size() || !below)) return false;
    return begins_with(path.data(), own);
}

// The same byte by byte, and a segment of the request for a wildcard.
constexpr bool matches_with_wildcards(bytes path, bytes own, bool below) {
    const byte* at = path.data();
    const byte* const end = at + path.size();
    byte compared = 15;
    for (const byte expected : own) {
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
    return at == end || below;
}

// Where there are no wildcards, the smaller one does.
template <bool HasWildcards, typename Table>
[[gnu::always_inline]] constexpr bool matches(const Table& t, bytes path, const row& candidate) {
    const bool below = (candidate.methods & below_it) != 0;
    if constexpr (HasWildcards) return matches_with_wildcards(path, t.path_of(candidate), below);
    else return matches_without_wildcards(path, t.path_of(candidate), below);
}

// The state of a search.
struct finding {
    const row* method = nullptr;
    code otherwise = code::not_found;

    // Returns true if a row that matches offers the method.
    [[gnu::always_inline]] constexpr bool offers(const row& candidate, const request& r) {
        otherwise = code::method_not_allowed;
        return (candidate.methods & set_of(r.method())) != 0;
    }
};

// Looks for rows with that path, of which `hash` is the hash. If the request's path goes on, only prefixes match.
template <typename Table>
[[gnu::always_inline]] constexpr void search_bucket(const Table& t, const request& r, std::uint32_t hash,
                                                    std::size_t path_size, finding& found) {
    const auto* const begin = &t.bucket_begin[hash & (Table::buckets - 1)];
    for (std::size_t i = begin[0]; i != begin[1]; ++i) {
        const row& candidate = t.rows[i];
        if (candidate.path_size == path_size && matches<false>(t, r.path(), candidate) && found.offers(candidate, r))
            found.method = &candidate;
    }
}

// A longer path takes the place of a shorter one.
template <typename Table>
[[gnu::always_inline]] constexpr void search_buckets(const Table& t, const request& r, finding& found) {
    std::uint32_t hash = hash_of_nothing;
    byte compared = 15;
    for (const byte* at = r.path_begin; at != r.path_end;) {
        const byte* end = r.path_end;
        if constexpr (Table::shape.has_prefixes) {
            search_bucket(t, r, hash, static_cast<std::size_t>(at - r.path_begin), found);
            message::option_reader segment{at, end};
            segment.next();  // there is one, and it is well-formed
            end = segment.position();
        }
        hash = hash_step(hash, *at++ & compared);
        for (compared = 0xff; at != end; ++at) hash = hash_step(hash, *at);
    }
    search_bucket(t, r, hash, r.path().size(), found);
}

// The first row that matches and offers the method is the one, unless a path without wildcards is as long.
template <typename Table>
[[gnu::always_inline]] constexpr void search_behind_buckets(const Table& t, const request& r, finding& found) {
    for (const row& candidate : std::span{t.rows}.subspan(t.bucket_begin[Table::buckets])) {
        if (!matches<Table::shape.has_wildcards>(t, r.path(), candidate) || !found.offers(candidate, r)) continue;
        if (found.method == nullptr || count_segments(t.path_of(candidate)) > count_segments(t.path_of(*found.method)))
            found.method = &candidate;
        break;
    }
}

template <typename Table>
[[gnu::always_inline]] constexpr finding find(const Table& t, const request& r) {
    finding found;
    if constexpr (Table::buckets != 0) search_buckets(t, r, found);
    if constexpr (Table::buckets == 0 || Table::shape.has_wildcards) search_behind_buckets(t, r, found);
    return found;
}

// Inlined, since a site is alone in most images, and a call is some 20 bytes more on Cortex-M0+.
template <bool HasBlocks, typename Table>
[[gnu::always_inline]] inline reply route(const Table& t, option_set accepted_anywhere, const void* site,
                                          const request& r) {
    finding found;
    const auto refuses = [&](const row& method) {
        found.otherwise = refusal<HasBlocks>(method, r);
        return found.otherwise != code::empty;
    };
    const auto serve = [&](const row& method) {
        return method.serve(static_cast<const char*>(site) + method.resource, r);
    };
    if constexpr (Table::buckets == 0) {
        // Served from within the loop, which takes 12 bytes less on Cortex-M0+ than `find`.
        for (const row& candidate : t.rows) {
            if (!matches<Table::shape.has_wildcards>(t, r.path(), candidate) || !found.offers(candidate, r)) continue;
            if (!refuses(candidate)) return serve(candidate);
            break;
        }
    } else {
        found = find(t, r);
        if (found.method != nullptr && !refuses(*found.method)) return serve(*found.method);
    }
    // For lack of a resource, only options that no resource looks at are unknown.
    return (r.critical_options & ~accepted_anywhere) != 0 ? code::bad_option : found.otherwise;
}

// The critical options that are understood of a request: by the method that is there for it, or for lack of one by any.
template <typename Table>
constexpr option_set accepted_options(const Table& t, option_set accepted_anywhere, const request& r) {
    const row* const method = find(t, r).method;
    return method != nullptr ? method->accepted_options : accepted_anywhere;
}

}  // namespace mincoap::detail
