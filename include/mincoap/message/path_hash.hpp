// A hash of a path (RFC 7252 §5.10.1), by which a layer compares the paths of requests.
#pragma once

#include <mincoap/message/fnv.hpp>

namespace mincoap::message {

// FNV-1a over the encoded Uri-Path options. The first option's delta does not count. Two paths have
// the same hash with a probability of 2^-32.
class path_hash {
public:
    constexpr path_hash() = default;
    constexpr explicit path_hash(bytes encoded) {
        byte mask = 0x0f;
        for (const byte b : encoded) add(b & mask), mask = 0xff;
    }

    // Adds a segment of at most 268 bytes.
    constexpr void add_segment(std::string_view segment) {
        if (segment.size() < 13) add(static_cast<unsigned>(segment.size()));
        else add(13), add(static_cast<unsigned>(segment.size() - 13));
        for (const char c : segment) add(static_cast<byte>(c));
    }

    constexpr std::uint32_t value() const { return hash_; }
    friend constexpr bool operator==(path_hash, path_hash) = default;

private:
    constexpr void add(unsigned b) { hash_ = fnv_step(hash_, b); }

    std::uint32_t hash_ = fnv_basis;
};

// Returns the hash of a path with slashes between its segments, such as "sensors/temperature". "" is the root.
constexpr path_hash hash_of_path(std::string_view path) {
    path_hash hash;
    std::size_t begin = 0;
    for (std::size_t end = 0; end < path.size(); ++end)
        if (path[end] == '/') {
            hash.add_segment(path.substr(begin, end - begin));
            begin = end + 1;
        }
    if (!path.empty()) hash.add_segment(path.substr(begin));
    return hash;
}

}  // namespace mincoap::message
