// Routes that are added and removed while the server runs, in memory of the caller: no heap.
//
//     static dynamic_routes<8> devices;  // up to 8 routes, each with 48 bytes for its path and its attributes
//
//     constexpr auto site = routes(at<"hello">(text("Hello")), below<"devices">(routes(devices)),
//                                  filtered_well_known_core);
//
//     devices.add({"kitchen", "lamp"}, value(lamp));
//     devices.add({"hall", "lamp"}, link_attributes{}.rt("lamp"), value(other));  // </devices/hall/lamp>;rt="lamp"
//     devices.add(r.segments(), text("a client chose this path"));
//     devices.remove({"kitchen", "lamp"});
//
// A path is a list of segments. They are any bytes, as they arrive in Uri-Path, so names from the network need no
// check: a slash separates nothing, and an asterisk is no wildcard. The path, the attributes and the resource are
// copied. A variable that the resource refers to, such as `lamp`, must outlive the route.
//
// The routes answer errors as those of a constant site do: 4.04, 4.05, 4.02, 4.15. They are searched one by one.
#pragma once

#include <new>

#include <mincoap/resource/discovery/link_writer.hpp>
#include <mincoap/resource/dynamic_route.hpp>
#include <mincoap/resource/routes.hpp>

namespace mincoap {

namespace detail {

template <typename Routes>
struct dynamic_site;

}  // namespace detail

// A list of at most `Count` routes. For each, the encoded path, which has one byte more per segment, and the attributes
// as they are in the document take at most `TextSize` bytes together. Make it a static object: it holds all routes.
template <std::size_t Count, std::size_t TextSize = 48>
class dynamic_routes {
    static_assert(Count > 0 && TextSize > 0 && TextSize <= 255, "mincoap: a route has 1 to 255 bytes for its text");

    using route = detail::dynamic_route<TextSize>;
    using path = detail::path_buffer<TextSize>;

public:
    constexpr dynamic_routes() = default;
    dynamic_routes(const dynamic_routes&) = delete;  // the site refers to it
    dynamic_routes& operator=(const dynamic_routes&) = delete;

    // Adds a route to these resources, as `at` does. `segments` is its path, as `{"kitchen", "lamp"}` or as the
    // message::option_range of a request. The list changes only if the result is `added`.
    template <typename... Resources>
    [[nodiscard]] add_result add(const path& segments, const Resources&... resources) {
        return add_joined(segments, {}, detail::join(resources...));
    }
    // The same, with attributes for discovery.
    template <std::size_t N, typename... Resources>
    [[nodiscard]] add_result add(const path& segments, const link_attributes<N>& attributes,
                                 const Resources&... resources) {
        if (attributes.names().twice) detail::link_attribute_given_twice();
        return add_joined(segments, attributes.view(), detail::join(resources...));
    }

    // Returns false if there is no such route. A handler may remove its own route but must not add one before it
    // returns.
    bool remove(const path& segments) {
        const route* const found = find(segments);
        if (found == nullptr) return false;
        all_[static_cast<std::size_t>(found - all_.data())].methods = {};
        return true;
    }

    [[nodiscard]] bool contains(const path& segments) const { return find(segments) != nullptr; }

    // Calls `f(segments, attributes)` with the message::option_range and the std::string_view of each route. They are
    // valid until the route is removed.
    void for_each(auto&& f) const {
        for (const route& each : all_)
            if (!each.is_free()) f(message::option_range{each.path()}, each.attributes());
    }

    [[nodiscard]] constexpr std::size_t size() const {
        std::size_t count = 0;
        for (const route& each : all_) count += each.is_free() ? 0U : 1U;
        return count;
    }
    [[nodiscard]] static constexpr std::size_t capacity() { return Count; }

    // The size of a link, which is built on the stack: each byte of the text may be percent-encoded. Below a path of up
    // to 128 characters, all links are in discovery.
    static constexpr std::size_t max_link_size = 3 * TextSize + 128;

private:
    friend struct detail::dynamic_site<dynamic_routes>;

    const route* find(bytes encoded) const {
        for (const route& each : all_)
            if (each.is_at(encoded)) return &each;
        return nullptr;
    }
    const route* find(const path& segments) const {
        return segments.result == add_result::added ? find(segments.view()) : nullptr;
    }

    template <typename Resource>
    add_result add_joined(const path& segments, std::string_view attributes, const Resource& resource) {
        route* free = nullptr;
        const add_result result = prepare(segments, attributes, free);
        if (result != add_result::added) return result;
        free->methods = detail::methods_to_keep<Resource>();
        ::new (static_cast<void*>(free->resource.data())) Resource(resource);
        return result;
    }

    // Finds a free route and writes its text.
    add_result prepare(const path& segments, std::string_view attributes, route*& free) {
        if (segments.result != add_result::added) return segments.result;
        if (segments.size + attributes.size() > TextSize) return add_result::too_long;
        for (route& each : all_) {
            if (each.is_at(segments.view())) return add_result::exists;
            if (free == nullptr && each.is_free()) free = &each;
        }
        if (free == nullptr) return add_result::full;
        free->path_size = static_cast<byte>(segments.size);
        free->attributes_size = static_cast<byte>(attributes.size());
        copy_bytes(segments.memory.data(), segments.size, free->text.data());
        copy_bytes(attributes.data(), attributes.size(), free->text.data() + segments.size);
        return add_result::added;
    }

    // The critical options that at least one route accepts. Any other option is unknown to the list.
    option_set accepted_anywhere() const {
        option_set accepted = detail::accepted_without_resources;
        for (const route& each : all_) accepted |= detail::accepted_by_any(each.methods);
        return accepted;
    }

    std::array<route, Count> all_{};
};

namespace detail {

// The handler that `routes` makes of a list. It is also a resource of another site.
template <typename Routes>
struct dynamic_site {
    const Routes* list;

    static constexpr bool has_blocks = true;  // a resource that is added may have blocks
    static constexpr bool takes_blocks = false;
    static constexpr bool may_be_observed = true;

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
            to.link<Routes::max_link_size>(segments, attributes);
        });
    }

    using methods = method_list<any_within<dynamic_site>>;
};

}  // namespace detail

// Returns the routes as one resource, for `below`, or as the handler of a server. The list must outlive the site.
template <std::size_t Count, std::size_t TextSize>
[[nodiscard]] constexpr auto routes(const dynamic_routes<Count, TextSize>& list) {
    return detail::dynamic_site<dynamic_routes<Count, TextSize>>{&list};
}
template <std::size_t Count, std::size_t TextSize>
constexpr auto routes(const dynamic_routes<Count, TextSize>&& temporary) = delete;

}  // namespace mincoap
