// The table that a site is, with one row per method of a resource. It is made at compile time, by plain loops over
// data.
//
// Rows of a large site are in buckets, by a hash of their paths. Behind the buckets are the rows whose path has a
// wildcard, and all rows of a small site. Those are in the order in which they are tried.
#pragma once

#include <array>
#include <bit>

#include <mincoap/resource/hashed_path.hpp>
#include <mincoap/resource/method_info.hpp>

namespace mincoap::detail {

// A position in a site or in its paths, in bytes.
using near_offset = std::conditional_t<sizeof(void*) == 8, std::uint32_t, std::uint16_t>;

// One method of one resource: 16 bytes on a 32-bit machine.
struct row {
    serve_function serve;
    option_set accepted_options;
    near_offset resource;    // in the site
    near_offset path;        // in the table's paths
    std::uint16_t consumes;  // format_option::encoded
    byte path_size;
    method_set methods;  // and `below_it`, which is no method
};

// In a row's methods: it takes any path that begins with its own.
inline constexpr method_set below_it = 1;

// The properties of an entry of a site that follow from its types.
struct place {
    hashed_path path;
    std::span<const method_info> methods;
    std::size_t size;  // of the resource, in bytes
    std::size_t alignment;
    bool exact;
    bool wildcard;
    bool has_blocks;
    bool takes_blocks;
};

// The largest number of rows that are tried one by one: a table with buckets takes some 120 bytes more on Cortex-M0+.
inline constexpr std::size_t most_rows_without_buckets = 16;

struct table_shape {
    std::size_t rows;
    std::size_t path_bytes;
    bool has_wildcards;
    bool has_prefixes;
};

template <table_shape Shape>
struct table {
    static constexpr table_shape shape = Shape;
    static constexpr std::size_t buckets = Shape.rows > most_rows_without_buckets ? std::bit_ceil(Shape.rows) : 0;
    using row_index = std::conditional_t<(Shape.rows < 256), byte, std::uint16_t>;

    std::array<row, Shape.rows> rows;
    std::array<byte, Shape.path_bytes> paths;         // each once
    std::array<row_index, buckets + 1> bucket_begin;  // the last one: the rows behind the buckets

    constexpr bytes path_of(const row& r) const { return {paths.data() + r.path, r.path_size}; }
};

// ---- What is known about all places

template <std::size_t N>
constexpr bool any_of(const std::array<place, N>& places, bool place::* property) {
    for (const place& p : places)
        if (p.*property) return true;
    return false;
}

// Where the next resource begins, behind others of that size.
constexpr std::size_t aligned(std::size_t size, std::size_t alignment) {
    return (size + alignment - 1) / alignment * alignment;
}

template <std::size_t N>
constexpr std::size_t size_of_resources(const std::array<place, N>& places) {
    std::size_t size = 0;
    std::size_t alignment = 1;
    for (const place& p : places) {
        size = aligned(size, p.alignment) + p.size;
        if (p.alignment > alignment) alignment = p.alignment;
    }
    return size == 0 ? 1 : aligned(size, alignment);
}

template <std::size_t N>
constexpr table_shape shape_of(const std::array<place, N>& places, const std::array<std::uint16_t, N>& equal) {
    table_shape shape{};
    for (std::size_t i = 0; i < N; ++i) {
        shape.rows += places[i].methods.size();
        if (equal[i] == i) shape.path_bytes += places[i].path.encoded.size();
        shape.has_wildcards = shape.has_wildcards || places[i].wildcard;
        shape.has_prefixes = shape.has_prefixes || !places[i].exact;
    }
    return shape;
}

// For lack of a resource these are no unknown options, nor unmet demands.
inline constexpr option_set accepted_without_resources =
    accepted_by_server | set_of(option::uri_query) | demand::later_block | demand::part_of_body | demand::multicast;

// A handler that takes every option knows more about them than its site does.
constexpr option_set accepted_by_any(std::span<const method_info> methods) {
    option_set accepted = 0;
    for (const method_info& m : methods)
        if (!accepts_every_option(m.accepted_options)) accepted |= m.accepted_options;
    return accepted;
}
template <std::size_t N>
constexpr option_set accepted_anywhere(const std::array<place, N>& places) {
    option_set accepted = accepted_without_resources;
    for (const place& p : places) accepted |= accepted_by_any(p.methods);
    return accepted;
}

// True if two methods take the same request.
template <std::size_t N>
constexpr bool has_duplicate(const std::array<place, N>& places, const std::array<std::uint16_t, N>& equal) {
    std::array<std::array<unsigned, 2>, N> taken{};
    for (std::size_t i = 0; i < N; ++i)
        for (const method_info& m : places[i].methods) {
            unsigned& at_the_path = taken[equal[i]][places[i].exact ? 1 : 0];
            if ((at_the_path & m.methods) != 0) return true;
            at_the_path |= m.methods;
        }
    return false;
}

// ---- The order in which rows are tried

// The most specific first: paths of more segments; at the first difference between a text and a wildcard, the text;
// exact ones before prefixes.
constexpr bool comes_before(bytes a, method_set methods_of_a, bytes b, method_set methods_of_b) {
    const std::size_t segments = count_segments(a);
    const std::size_t segments_of_b = count_segments(b);
    if (segments != segments_of_b) return segments > segments_of_b;
    const byte* in_a = a.data();
    const byte* in_b = b.data();
    for (std::size_t i = 0; i < segments; ++i, in_a = behind_segment(in_a), in_b = behind_segment(in_b))
        if ((*in_a == any_segment) != (*in_b == any_segment)) return *in_b == any_segment;
    return (methods_of_a & below_it) < (methods_of_b & below_it);
}

// Merges two sorted runs, [low, middle) and [middle, end).
template <typename Table>
constexpr void merge_rows(const Table& from, std::size_t low, std::size_t middle, std::size_t end, auto& to) {
    std::size_t a = low;
    std::size_t b = middle;
    for (std::size_t i = low; i < end; ++i) {
        const auto is_b_first = [&](const row& of_a, const row& of_b) {
            return comes_before(from.path_of(of_b), of_b.methods, from.path_of(of_a), of_a.methods);
        };
        const bool takes_b = a == middle || (b < end && is_b_first(from.rows[a], from.rows[b]));
        to[i] = from.rows[takes_b ? b++ : a++];
    }
}

// From that one on. Rows of the same rank keep their order.
template <typename Table>
constexpr void sort_rows(Table& t, std::size_t first) {
    const std::size_t end = t.rows.size();
    for (std::size_t run = 1; run < end - first; run *= 2) {
        auto merged = t.rows;
        for (std::size_t low = first; low < end; low += 2 * run)
            merge_rows(t, low, low + run < end ? low + run : end, low + 2 * run < end ? low + 2 * run : end, merged);
        t.rows = merged;
    }
}

// ---- The table

// Returns where in `to` the path of each place is.
template <std::size_t N>
constexpr std::array<std::size_t, N> write_paths(const std::array<place, N>& places,
                                                 const std::array<std::uint16_t, N>& equal, byte* to) {
    std::array<std::size_t, N> begin{};
    std::size_t size = 0;
    for (std::size_t i = 0; i < N; ++i) {
        begin[i] = equal[i] == i ? size : begin[equal[i]];
        if (equal[i] != i) continue;
        copy_bytes(places[i].path.encoded.data(), places[i].path.encoded.size(), to + size);
        size += places[i].path.encoded.size();
    }
    return begin;
}

constexpr row make_row(const place& p, const method_info& m, std::size_t path, std::size_t resource) {
    return {.serve = m.serve,
            .accepted_options = m.accepted_options,
            .resource = static_cast<near_offset>(resource),
            .path = static_cast<near_offset>(path),
            .consumes = m.consumes,
            .path_size = static_cast<byte>(p.path.encoded.size()),
            .methods = static_cast<method_set>(m.methods | (p.exact ? 0 : below_it))};
}

// Rows and the buckets that they belong to. The number of buckets stands for the rows behind them.
template <typename Table>
struct row_list {
    std::array<row, Table::shape.rows> rows;
    std::array<std::size_t, Table::shape.rows> bucket;
};

template <typename Table>
constexpr std::size_t bucket_of(const place& p) {
    return Table::buckets == 0 || p.wildcard ? Table::buckets : p.path.hash & (Table::buckets - 1);
}

// In the order of the places. The resources are one behind the other in memory, each aligned.
template <typename Table, std::size_t N>
constexpr row_list<Table> list_rows(const std::array<place, N>& places, const std::array<std::size_t, N>& path) {
    row_list<Table> list{};
    std::size_t count = 0;
    std::size_t resource = 0;
    for (std::size_t i = 0; i < N; ++i) {
        resource = aligned(resource, places[i].alignment);
        for (const method_info& m : places[i].methods) {
            list.rows[count] = make_row(places[i], m, path[i], resource);
            list.bucket[count++] = bucket_of<Table>(places[i]);
        }
        resource += places[i].size;
    }
    return list;
}

// Within a bucket, prefixes come before exact rows, since the last row that fits is the one that counts.
template <typename Table>
constexpr void fill_buckets(Table& t, const row_list<Table>& list) {
    std::array<std::size_t, Table::buckets + 2> next{};
    for (const std::size_t bucket : list.bucket) ++next[bucket + 1];
    for (std::size_t b = 0; b <= Table::buckets; ++b) {
        next[b + 1] += next[b];
        t.bucket_begin[b] = static_cast<typename Table::row_index>(next[b]);
    }
    for (const method_set kind : {below_it, method_set{0}})
        for (std::size_t i = 0; i < list.rows.size(); ++i)
            if ((list.rows[i].methods & below_it) == kind) t.rows[next[list.bucket[i]]++] = list.rows[i];
}

// GCC 12 fails to write a constant into an LTO object whose elements were set at indices that it had to work out.
template <table_shape Shape>
constexpr table<Shape> copied_in_order(const table<Shape>& made) {
    table<Shape> copy{{}, made.paths, made.bucket_begin};
    for (std::size_t i = 0; i < Shape.rows; ++i) copy.rows[i] = made.rows[i];
    return copy;
}

template <table_shape Shape, std::size_t N>
constexpr table<Shape> make_table(const std::array<place, N>& places, const std::array<std::uint16_t, N>& equal) {
    table<Shape> made{};
    const std::array<std::size_t, N> path = write_paths(places, equal, made.paths.data());
    fill_buckets(made, list_rows<table<Shape>>(places, path));
    sort_rows(made, made.bucket_begin[table<Shape>::buckets]);
    return copied_in_order(made);
}

}  // namespace mincoap::detail
