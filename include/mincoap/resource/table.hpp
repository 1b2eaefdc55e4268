// The table of a site: one row per method of a resource. `make_table` makes it at compile time, with plain loops over
// data, in this order:
//
//   1. `shape_of` counts the rows and the bytes of the paths.
//   2. `write_paths` writes each path once.
//   3. `list_rows` makes the rows, in the order of the places.
//   4. `fill_buckets` moves each row to its bucket.
//   5. `sort_rows` sorts the rows behind the buckets: the first one that matches is the one to serve.
//
// A large site keeps its rows in buckets, by a hash of their paths. Rows whose path has a wildcard follow the buckets.
// A small site has no buckets, so that all its rows are sorted.
#pragma once

#include <array>
#include <bit>

#include <mincoap/resource/places.hpp>

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
    method_set methods;  // and `prefix_flag`
};

// A bit of `row::methods` that is no method. The row takes any path that begins with its own.
inline constexpr method_set prefix_flag = 1;

struct row_path {
    bytes encoded;
    bool is_prefix;
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

    [[nodiscard]] constexpr row_path path_of(const row& r) const {
        return {{paths.data() + r.path, r.path_size}, (r.methods & prefix_flag) != 0};
    }
};

// ---- 1. The shape. Here and below, `equal` has for each place the index of the first place with the same path.

template <std::size_t N>
[[nodiscard]] constexpr table_shape shape_of(const std::array<place, N>& places,
                                             const std::array<std::uint16_t, N>& equal) {
    table_shape shape{};
    for (std::size_t i = 0; i < N; ++i) {
        shape.rows += places[i].methods.size();
        if (equal[i] == i) shape.path_bytes += places[i].path.encoded.size();
        shape.has_wildcards = shape.has_wildcards || places[i].wildcard;
        shape.has_prefixes = shape.has_prefixes || !places[i].exact;
    }
    return shape;
}

// ---- 2. The paths

// Writes the paths to `to`, each once. Returns for each place where its path begins there.
template <std::size_t N>
[[nodiscard]] constexpr std::array<std::size_t, N> write_paths(const std::array<place, N>& places,
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

// ---- 3. The rows

// Rows and their buckets. For the rows behind the buckets, that is the number of buckets.
template <typename Table>
struct row_list {
    std::array<row, Table::shape.rows> rows;
    std::array<std::size_t, Table::shape.rows> bucket;
};

template <typename Table>
[[nodiscard]] constexpr std::size_t bucket_of(const place& p) {
    return Table::buckets == 0 || p.wildcard ? Table::buckets : p.path.hash & (Table::buckets - 1);
}

[[nodiscard]] constexpr row make_row(const place& p, const method_info& m, std::size_t path, std::size_t resource) {
    return {.serve = m.serve,
            .accepted_options = m.accepted_options | (p.is_observable ? demand::observation : option_set{0}),
            .resource = static_cast<near_offset>(resource),
            .path = static_cast<near_offset>(path),
            .consumes = m.consumes,
            .path_size = static_cast<byte>(p.path.encoded.size()),
            .methods = static_cast<method_set>(m.methods | (p.exact ? 0 : prefix_flag))};
}

// Returns the rows in the order of the places. `path` has for each place where its path begins. The site holds the
// resources one after another, each aligned.
template <typename Table, std::size_t N>
[[nodiscard]] constexpr row_list<Table> list_rows(const std::array<place, N>& places,
                                                  const std::array<std::size_t, N>& path) {
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

// ---- 4. The buckets

// Counts the rows of each bucket, so that it knows where each bucket begins, and copies the rows there. Prefixes come
// first in a bucket, because the search serves the last row of a bucket that matches.
template <typename Table>
constexpr void fill_buckets(Table& t, const row_list<Table>& list) {
    std::array<std::size_t, Table::buckets + 2> next{};
    for (const std::size_t bucket : list.bucket) ++next[bucket + 1];
    for (std::size_t b = 0; b <= Table::buckets; ++b) {
        next[b + 1] += next[b];
        t.bucket_begin[b] = static_cast<typename Table::row_index>(next[b]);
    }
    for (const method_set flag : {prefix_flag, method_set{0}})
        for (std::size_t i = 0; i < list.rows.size(); ++i)
            if ((list.rows[i].methods & prefix_flag) == flag) t.rows[next[list.bucket[i]]++] = list.rows[i];
}

// ---- 5. The order of the rows behind the buckets

// Returns whether a row with path `a` is tried before one with path `b`. A path of more segments comes first. Between
// equally long ones, at the first place where one has a text and the other a wildcard, the text comes first. An exact
// path comes before the same prefix.
[[nodiscard]] constexpr bool comes_before(const row_path& a, const row_path& b) {
    const std::size_t segments = count_segments(a.encoded);
    const std::size_t segments_of_b = count_segments(b.encoded);
    if (segments != segments_of_b) return segments > segments_of_b;
    const byte* in_a = a.encoded.data();
    const byte* in_b = b.encoded.data();
    for (std::size_t i = 0; i < segments; ++i, in_a = behind_segment(in_a), in_b = behind_segment(in_b))
        if ((*in_a == any_segment) != (*in_b == any_segment)) return *in_b == any_segment;
    return !a.is_prefix && b.is_prefix;
}

// Merges two sorted runs of rows, [low, middle) and [middle, end), into the same positions of `to`.
template <typename Table>
constexpr void merge_rows(const Table& from, std::size_t low, std::size_t middle, std::size_t end, auto& to) {
    std::size_t a = low;
    std::size_t b = middle;
    for (std::size_t i = low; i < end; ++i) {
        const bool takes_b =
            a == middle || (b < end && comes_before(from.path_of(from.rows[b]), from.path_of(from.rows[a])));
        to[i] = from.rows[takes_b ? b++ : a++];
    }
}

// Sorts the rows from index `first` on. Rows of the same rank keep their order. It is a merge sort, because compilers
// limit the number of steps of a constant expression.
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

// ---- All steps

// GCC 12 fails to write a constant into an LTO object if its elements were set at computed indices. A copy in order has
// none of those.
template <table_shape Shape>
[[nodiscard]] constexpr table<Shape> copied_in_order(const table<Shape>& made) {
    table<Shape> copy{{}, made.paths, made.bucket_begin};
    for (std::size_t i = 0; i < Shape.rows; ++i) copy.rows[i] = made.rows[i];
    return copy;
}

template <table_shape Shape, std::size_t N>
[[nodiscard]] constexpr table<Shape> make_table(const std::array<place, N>& places,
                                                const std::array<std::uint16_t, N>& equal) {
    table<Shape> made{};
    const std::array<std::size_t, N> path = write_paths(places, equal, made.paths.data());
    fill_buckets(made, list_rows<table<Shape>>(places, path));
    sort_rows(made, made.bucket_begin[table<Shape>::buckets]);
    return copied_in_order(made);
}

}  // namespace mincoap::detail
