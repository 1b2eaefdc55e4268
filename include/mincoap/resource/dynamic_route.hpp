// One of the routes that are added at run time: its path, its attributes and its resource, in a fixed number of bytes.
#pragma once

#include <initializer_list>

#include <mincoap/resource/discovery/link_writer.hpp>
#include <mincoap/resource/entry.hpp>
#include <mincoap/resource/search.hpp>

namespace mincoap {

// The result of adding a route.
enum class add_result : byte {
    added,
    exists,    // another route has the path
    full,      // the list holds `capacity()` routes
    too_long,  // the path and the attributes together exceed the bytes that a route has for them
    no_path,   // a segment is "." or "..", or has more than 255 bytes: no client can request it (RFC 7252 §5.10.1)
};

namespace detail {

// A path of up to `Capacity` bytes, encoded. Functions that take a path are given its segments, either as
// `{"kitchen", "lamp"}` or as they arrive in a request.
template <std::size_t Capacity>
struct path_buffer {
    std::array<byte, Capacity> memory;
    std::size_t size = 0;
    add_result result = add_result::added;

    path_buffer(std::initializer_list<std::string_view> segments) {  // NOLINT(google-explicit-constructor)
        for (const std::string_view segment : segments) append(segment);
    }
    path_buffer(message::option_range segments) {  // NOLINT(google-explicit-constructor)
        for (const message::option_view segment : segments) append(segment.text());
    }
    [[nodiscard]] bytes view() const { return bytes{memory}.first(size); }

private:
    void append(std::string_view segment) {
        if (!can_be_uri_path(segment)) result = add_result::no_path;
        if (result != add_result::added) return;
        const std::size_t more = message::option_head_size(0, segment.size()) + segment.size();
        if (more > Capacity - size) {
            result = add_result::too_long;
            return;
        }
        byte* const value = message::write_option_head(memory.data() + size, 0, segment.size());
        copy_bytes(segment.data(), segment.size(), value);
        size += more;
    }
};

inline constexpr std::size_t resource_capacity = 6 * sizeof(void*);

// The methods of a resource that a route keeps.
template <typename Resource>
[[nodiscard]] constexpr std::span<const method_info> methods_to_keep() {
    static_assert(sizeof(Resource) <= resource_capacity,
                  "mincoap: a route keeps up to 6 pointers' worth of bytes; let the resource refer to more than that");
    static_assert(alignof(Resource) <= alignof(std::uint64_t), "mincoap: a route aligns its resource to 8 bytes");
    static_assert(std::is_trivially_destructible_v<Resource>,
                  "mincoap: a route keeps plain values only, because no destructor runs");
    constexpr std::array<place, 1> all{make_place<Resource>({}, path_kind<true, false, 0>{})};
    static_assert(!has_duplicate(all, {}), "mincoap: two resources have the same method at the same path");
    return all[0].methods;
}

// One route. A free route is all zero, so a list of them needs no initial data in flash.
template <std::size_t TextSize>
struct dynamic_route {
    std::span<const method_info> methods;  // empty if the route is free
    byte path_size = 0;
    byte attributes_size = 0;
    std::array<byte, TextSize> text{};  // the encoded path, then the attributes
    alignas(std::uint64_t) std::array<byte, resource_capacity> resource{};

    [[nodiscard]] bool is_free() const { return methods.empty(); }
    [[nodiscard]] bytes path() const { return bytes{text}.first(path_size); }
    [[nodiscard]] std::string_view attributes() const {
        return as_text(bytes{text}.subspan(path_size, attributes_size));
    }
    [[nodiscard]] bool is_at(bytes encoded) const {
        return !is_free() && encoded.size() == path_size && begins_with(encoded.data(), path());
    }
};

}  // namespace detail
}  // namespace mincoap
