// Routes that come and go while the server runs, in memory of the caller: no heap.
//
//     static dynamic_routes<8> devices;  // up to 8 routes, each with 48 bytes for its path and its attributes
//
//     constexpr auto site = routes(at<"hello">(text("Hello")), below<"devices">(routes(devices)),
//                                  filtered_well_known_core);
//
//     devices.add({"kitchen", "lamp"}, value(lamp).rt("lamp"));  // </devices/kitchen/lamp>;rt="lamp"
//     devices.add(r.segments(), text("a client chose this path"));
//     devices.remove({"kitchen", "lamp"});
//
// A path is given by its segments. They are any bytes, as they arrive in Uri-Path, so names from the network need no
// check: a slash separates nothing, and an asterisk is no wildcard. The path, the attributes and the resource are
// copied. A variable that the resource refers to, such as `lamp`, outlives the route.
//
// The routes answer as those of a constant site do: 4.04, 4.05, 4.02, 4.15. The search takes longer with each route.
#pragma once

#include <initializer_list>
#include <new>

#include <mincoap/resource/discovery/link_writer.hpp>
#include <mincoap/resource/routes.hpp>

namespace mincoap {

// The result of adding a route.
enum class add_result : byte {
    added,
    exists,    // a route has that path
    full,      // there are as many routes as there may be
    too_long,  // the path and the attributes take more bytes than a route has for them
    no_path,   // a segment is "." or "..", or has more than 255 bytes: no client can ask for it (RFC 7252 §5.10.1)
};

namespace detail {

constexpr std::string_view text_of_segment(std::string_view segment) { return segment; }
inline std::string_view text_of_segment(const message::option_view& segment) { return segment.text(); }

// A path of up to `Capacity` bytes, encoded.
template <std::size_t Capacity>
struct path_buffer {
    std::array<byte, Capacity> memory;
    std::size_t size = 0;
    add_result result = add_result::added;

    explicit path_buffer(const auto& segments) {
        for (const auto& segment : segments) append(text_of_segment(segment));
    }
    bytes view() const { return bytes{memory}.first(size); }

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
constexpr std::span<const method_info> methods_to_keep() {
    static_assert(sizeof(Resource) <= resource_capacity,
                  "mincoap: a route keeps up to 6 pointers' worth of bytes; let the resource refer to more than that");
    static_assert(alignof(Resource) <= alignof(std::uint64_t), "mincoap: a route aligns its resource to 8 bytes");
    static_assert(std::is_trivially_destructible_v<Resource>,
                  "mincoap: a route keeps plain values only, since nothing destroys them");
    constexpr std::array<place, 1> all{placed<"", true, Resource>::template place_of<Resource>()};
    static_assert(!has_duplicate(all, {}), "mincoap: two resources take the same method at the same path");
    return all[0].methods;
}

// One route. All of a free one is zero, so that a list of them needs no initial data in flash.
template <std::size_t TextSize>
struct dynamic_route {
    std::span<const method_info> methods;  // empty if the route is free
    byte path_size = 0;
    byte attributes_size = 0;
    std::array<byte, TextSize> text{};  // the encoded path, and the attributes behind it
    alignas(std::uint64_t) std::array<byte, resource_capacity> resource{};

    bool is_free() const { return methods.empty(); }
    bytes path() const { return bytes{text}.first(path_size); }
    std::string_view attributes() const { return as_text(bytes{text}.subspan(path_size, attributes_size)); }
    bool is_at(bytes asked) const {
        return !is_free() && asked.size() == path_size && begins_with(asked.data(), path());
    }
};

// A link to these segments behind the reference. From the root there is none by an empty segment, since "//" begins a
// host (RFC 3986 §4.2), or by none.
inline void put_link(link_writer& to, message::option_range segments, std::string_view attributes,
                     mutable_bytes memory) {
    body_writer link{memory};
    link.put(std::string_view{"<"});
    link.put(to.reference());
    for (const message::option_view segment : segments) {
        if (link.size() == 1 && segment.value.empty()) return;
        link.put(std::string_view{"/"});
        put_percent_encoded(link, segment.text());
    }
    if (link.size() == 1) return;
    link.put(std::string_view{">"});
    link.put(attributes);
    if (link.size() <= memory.size()) to.put(as_text(memory.first(link.size())));
}

template <typename Routes>
struct dynamic_site;

}  // namespace detail

// `Count` routes at most. The encoded path of each, which has a byte more per segment, and its attributes as they are
// in the document take `TextSize` bytes at most. Take a static object, which is as large as all of that.
template <std::size_t Count, std::size_t TextSize = 48>
class dynamic_routes {
    static_assert(Count > 0 && TextSize > 0 && TextSize <= 255, "mincoap: a route has 1 to 255 bytes for its text");

    using segment_list = std::initializer_list<std::string_view>;
    using route = detail::dynamic_route<TextSize>;
    using path_buffer = detail::path_buffer<TextSize>;

public:
    constexpr dynamic_routes() = default;
    dynamic_routes(const dynamic_routes&) = delete;  // the site refers to it
    dynamic_routes& operator=(const dynamic_routes&) = delete;

    // Adds a route with these resources, as `at` does. Nothing changes unless the result is `added`.
    template <typename... Given>
    [[nodiscard]] add_result add(segment_list segments, const Given&... given) {
        return add_joined(path_buffer{segments}, detail::join(given...));
    }
    template <typename... Given>
    [[nodiscard]] add_result add(message::option_range segments, const Given&... given) {
        return add_joined(path_buffer{segments}, detail::join(given...));
    }

    // Returns false if there is no such route. A handler may remove its own route, and adds none before it returns.
    bool remove(segment_list segments) { return remove_at(path_buffer{segments}); }
    bool remove(message::option_range segments) { return remove_at(path_buffer{segments}); }

    bool contains(segment_list segments) const { return find(path_buffer{segments}) != nullptr; }
    bool contains(message::option_range segments) const { return find(path_buffer{segments}) != nullptr; }

    // Calls `f(segments, attributes)` with the message::option_range and the std::string_view of each route. They are
    // valid until the route is removed.
    void for_each(auto&& f) const {
        for (const route& each : all_)
            if (!each.is_free()) f(message::option_range{each.path()}, each.attributes());
    }

    constexpr std::size_t size() const {
        std::size_t count = 0;
        for (const route& each : all_) count += each.is_free() ? 0U : 1U;
        return count;
    }
    static constexpr std::size_t capacity() { return Count; }

    // The size of a link, which is put together on the stack: each byte of the text may be percent-encoded. So the
    // links are in discovery below a path of up to 128 characters.
    static constexpr std::size_t max_link_size = 3 * TextSize + 128;

private:
    friend struct detail::dynamic_site<dynamic_routes>;

    const route* find(bytes path) const {
        for (const route& each : all_)
            if (each.is_at(path)) return &each;
        return nullptr;
    }
    const route* find(const path_buffer& path) const {
        return path.result == add_result::added ? find(path.view()) : nullptr;
    }

    template <typename Given>
    add_result add_joined(const path_buffer& path, const Given& given) {
        using resource = std::remove_cvref_t<decltype(detail::undescribed(given))>;
        if (detail::names_of(given).twice) detail::a_link_attribute_stands_twice();
        route* free = nullptr;
        const add_result result = prepare(path, detail::attributes_of(given), free);
        if (result != add_result::added) return result;
        free->methods = detail::methods_to_keep<resource>();
        ::new (static_cast<void*>(free->resource.data())) resource(detail::undescribed(given));
        return result;
    }

    // Finds a free route and writes its text.
    add_result prepare(const path_buffer& path, std::string_view attributes, route*& free) {
        if (path.result != add_result::added) return path.result;
        if (path.size + attributes.size() > TextSize) return add_result::too_long;
        for (route& each : all_) {
            if (each.is_at(path.view())) return add_result::exists;
            if (free == nullptr && each.is_free()) free = &each;
        }
        if (free == nullptr) return add_result::full;
        free->path_size = static_cast<byte>(path.size);
        free->attributes_size = static_cast<byte>(attributes.size());
        copy_bytes(path.memory.data(), path.size, free->text.data());
        copy_bytes(attributes.data(), attributes.size(), free->text.data() + path.size);
        return add_result::added;
    }

    bool remove_at(const path_buffer& path) {
        const route* const found = find(path);
        if (found == nullptr) return false;
        all_[static_cast<std::size_t>(found - all_.data())].methods = {};
        return true;
    }

    // The options that some route looks at, and the demands that none has to meet.
    option_set accepted_anywhere() const {
        option_set accepted = detail::accepted_without_resources;
        for (const route& each : all_) accepted |= detail::accepted_by_any(each.methods);
        return accepted;
    }

    std::array<route, Count> all_{};
};

namespace detail {

// The handler that `routes` makes of them, and a resource of another site.
template <typename Routes>
struct dynamic_site {
    const Routes* list;

    static constexpr bool has_blocks = true;  // any resource can be added
    static constexpr bool takes_blocks = false;

    reply operator()(const request& r) const {
        const auto* const found = list->find(r.path());
        code answer = code::not_found;
        if (found != nullptr) {
            answer = code::method_not_allowed;
            for (const method_info& m : found->methods) {
                if ((m.methods & set_of(r.method())) == 0) continue;
                answer = why_not_served<has_blocks>(m, r);
                if (answer == code::empty) return m.serve(found->resource.data(), r);
            }
        }
        return (r.critical_options & ~list->accepted_anywhere()) != 0 ? code::bad_option : answer;
    }

    // For filtered_well_known_core.
    void links(link_writer& to) const {
        list->for_each([&to](message::option_range segments, std::string_view attributes) {
            std::array<byte, Routes::max_link_size> memory;
            put_link(to, segments, attributes, memory);
        });
    }

    using methods = method_list<any_within<dynamic_site>>;
};

}  // namespace detail

// Routes that come and go as one resource, for `below`, or as the handler. They outlive the site.
template <std::size_t Count, std::size_t TextSize>
constexpr auto routes(const dynamic_routes<Count, TextSize>& list) {
    return detail::dynamic_site<dynamic_routes<Count, TextSize>>{&list};
}
template <std::size_t Count, std::size_t TextSize>
constexpr auto routes(const dynamic_routes<Count, TextSize>&& temporary) = delete;

}  // namespace mincoap
