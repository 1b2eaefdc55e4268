// Hashes of encoded paths, for the buckets of a large site and to find equal paths in linear time.
#pragma once

#include <array>
#include <bit>

#include <mincoap/message/fnv.hpp>
#include <mincoap/resource/path.hpp>

namespace mincoap::detail {

[[nodiscard]] constexpr std::uint32_t hash_of(bytes path) {
    std::uint32_t hash = message::fnv_basis;
    const byte* at = path.data();
    for (const byte* const end = at + path.size(); at != end; ++at) hash = message::fnv_step(hash, *at);
    return hash;
}

// An encoded_path and its hash.
struct hashed_path {
    bytes encoded;
    std::uint32_t hash;
};

[[nodiscard]] constexpr bool are_equal(const hashed_path& a, const hashed_path& b) {
    const std::size_t size = a.encoded.size();
    return a.hash == b.hash && size == b.encoded.size() &&
           (size == 0 || equal_bytes(a.encoded.data(), b.encoded.data(), size));
}

// Returns for each path the index of the first path that equals it. A hash table keeps the number of steps linear, so
// that a site may be large.
template <std::size_t N>
[[nodiscard]] constexpr std::array<std::uint16_t, N> find_equal_paths(const std::array<hashed_path, N>& paths) {
    static_assert(N < 0xffff,
                  "mincoap: a site has at most 65,534 entries; nest another site with below<\"path\">(site)");
    constexpr std::size_t mask = std::bit_ceil(2 * N + 1) - 1;
    std::array<std::uint16_t, mask + 1> first{};  // an index plus one
    std::array<std::uint16_t, N> equal{};
    for (std::size_t i = 0; i < N; ++i) {
        std::size_t slot = paths[i].hash & mask;
        while (first[slot] != 0 && !are_equal(paths[first[slot] - 1U], paths[i])) slot = (slot + 1) & mask;
        if (first[slot] == 0) first[slot] = static_cast<std::uint16_t>(i + 1);
        equal[i] = static_cast<std::uint16_t>(first[slot] - 1);
    }
    return equal;
}

}  // namespace mincoap::detail
