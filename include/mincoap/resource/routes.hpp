// The site: resources by path.
//
//     constexpr auto site = routes(at<"hello">(text("Hello CoAP")), at<"led">(value(led)), below<"fs">(files));
//
// A request goes to the resource with the longest path, in segments, that matches and has the method. `routes` answers
// the other requests: 4.04 if no path matches, 4.05 if no resource has the method, 4.02 if the method does not accept a
// critical option, 4.15 if it does not take the Content-Format. A site is one table in flash with one row per method.
// A search takes as long in a large site as in a small one.
//
// An asterisk is a wildcard for any one segment: `at<"lamps/*/name">(get(read_name))`. Between paths of the same
// length, a text takes precedence over a wildcard at the first difference: "a/b/*", "a/*/c", "*/b/c".
#pragma once

#include <mincoap/resource/entry.hpp>
#include <mincoap/resource/search.hpp>

namespace mincoap {
namespace detail {

// A method that takes any request.
struct any_request : method<code::get, code::post, code::put, code::delete_, code::fetch, code::patch, code::ipatch> {
    static constexpr option_set accepted_options = every_option;  // the handler checks them: see handler.hpp
};

// The method of a site that is a resource of another site.
template <typename Site>
struct any_within : any_request {
    static constexpr bool finds_paths = true;
    static constexpr option_set accepted_options =
        every_option | demand::multicast | (Site::may_be_observed ? demand::observation : option_set{0});
    static constexpr bool has_blocks = Site::has_blocks;
    static constexpr bool takes_blocks = Site::takes_blocks;
    static reply serve(const Site& self, const request& r) { return self(r); }
};

template <typename Handler>
struct forwarded {
    static_assert(mincoap::handler<Handler>,
                  "mincoap: forward takes a handler, reply operator()(const request&) const, callable as const");

    Handler handler;

    struct any : any_request {
        static reply serve(const forwarded& self, const request& r) { return self.handler(r); }
    };
    using methods = method_list<any>;
};

constexpr bool are_all(std::initializer_list<bool> conditions) {
    for (const bool c : conditions)
        if (!c) return false;
    return true;
}

// All entries of a site. For a compile time that grows in proportion to their number, no template that is instantiated
// for each entry has all entries as its arguments. There is no fold over them either, because Clang nests at most 256
// expressions.
template <typename... Entries>
struct entry_list {
    static constexpr std::size_t size = sizeof...(Entries);

    // For each entry, the index of the first one with the same path.
    static constexpr std::array<std::uint16_t, size> equal_paths =
        find_equal_paths(std::array<hashed_path, size>{Entries::path::hashed...});

    template <typename... Kept>
    static constexpr std::array<place, size> places{make_place<Kept>(
        Entries::path::hashed, typename Entries::path::kind{}, Entries::attributes_type::is_observable)...};
};

// The handler that `routes` makes.
template <typename Entries, typename... Resources>
class site {
    static constexpr const auto& places = Entries::template places<Resources...>;
    static constexpr table_shape shape = shape_of(places, Entries::equal_paths);
    static constexpr auto rows = make_table<shape>(places, Entries::equal_paths);
    static constexpr option_set accepted_anywhere = detail::accepted_anywhere(places);
    static_assert(!has_duplicate(places, Entries::equal_paths),
                  "mincoap: two resources have the same method at the same path; remove one, or give both to "
                  "negotiated(...)");

    using resources = leaves_of<Resources...>;
    static_assert(sizeof(resources) == size_of_resources(places));
    static_assert(sizeof(resources) <= near_offset(-1) && shape.path_bytes <= near_offset(-1),
                  "mincoap: the resources of a site take at most 65,535 bytes, and so do its paths; nest another site "
                  "with below<\"path\">(site)");

public:
    constexpr explicit site(const resources& r) : resources_(r) {}  // NOLINT(modernize-pass-by-value): plain data

    // For the server: see server/blocks.hpp.
    static constexpr bool has_blocks = any_of(places, &place::has_blocks);
    static constexpr bool takes_blocks = any_of(places, &place::takes_blocks);

    // For the layer `observers`. A list of dynamic routes may have observable ones.
    static constexpr bool has_observables = any_of(places, &place::is_observable);
    static constexpr bool may_be_observed = has_observables || any_accepts(places, demand::observation);
    // True if an observable place has that path, or may have it: below a prefix and at a path with wildcards.
    template <text_literal Path>
    static constexpr bool may_observe = detail::may_observe(places, encoded_path<Path>);

    [[nodiscard]] reply operator()(const request& r) const {
        return route<has_blocks, may_be_observed>(rows, accepted_anywhere, &resources_, r);
    }

    // The critical options that the site accepts with this request. It answers 4.02 to any other one.
    [[nodiscard]] static constexpr option_set accepted_options(const request& r) {
        return detail::accepted_options(rows, accepted_anywhere, r);
    }

    using methods = method_list<any_within<site>>;

private:
    resources resources_;
};

}  // namespace detail

// Resources at exactly that path. Several resources combine their methods: `at<"led">(get(read), put(write))`. They see
// the whole path in `request::segments`. At a path with wildcards, they see it from the first segment that a wildcard
// matched. A site does not go here but into `below`.
template <text_literal Path, typename... Resources>
[[nodiscard]] constexpr auto at(Resources... resources) {
    using path = detail::entry_path<Path, true>;
    return detail::site_entry<path, decltype(detail::join(resources...))>{detail::join(resources...), {}};
}

// Resources at that path and at all paths below it. They see the rest of the path in `request::segments`, or with
// wildcards, the path from the first segment that a wildcard matched. Without wildcards, a resource may be another
// site. The well_known_core of the outer site does not list that site's resources, and that site must not have its own.
template <text_literal Path, typename... Resources>
[[nodiscard]] constexpr auto below(Resources... resources) {
    using path = detail::entry_path<Path, false>;
    return detail::site_entry<path, decltype(detail::join(resources...))>{detail::join(resources...), {}};
}

// The path must be a template argument, because it is checked and encoded at compile time.
template <typename Path, typename... Given>
constexpr auto at(Path, Given...) {
    static_assert(sizeof(Path) == 0, "mincoap: write the path in angle brackets: at<\"path\">(...)");
    return at<"">(detail::no_resource{});
}
template <typename Path, typename... Given>
constexpr auto below(Path, Given...) {
    static_assert(sizeof(Path) == 0, "mincoap: write the path in angle brackets: below<\"path\">(...)");
    return below<"">(detail::no_resource{});
}

// A handler as a resource. It receives requests of every method and with every critical option, and checks them itself;
// see handler.hpp.
template <typename Handler>
[[nodiscard]] constexpr auto forward(Handler h) {
    return detail::forwarded<Handler>{h};
}

// Returns the handler of a site. If it is `constexpr`, all of it is constant data.
template <typename... Entries>
[[nodiscard]] constexpr auto routes(const Entries&... entries) {
    static_assert(detail::are_all({detail::is_entry<Entries>...}),
                  "mincoap: routes takes entries of a site: at<\"path\">(...) and below<\"path\">(...)");
    using list = detail::entry_list<Entries...>;
    const auto bind = [&]<typename Resource>(const Resource& r) -> typename detail::bound<Resource, list>::type {
        if constexpr (detail::unbound_resource<Resource>) return Resource::template bind<list>(entries...);
        else return r;
    };
    return detail::site<list, typename detail::bound<typename Entries::resource_type, list>::type...>{
        {{bind(entries.resource)}...}};
}

}  // namespace mincoap
