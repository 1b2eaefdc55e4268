// The site: resources by path.
//
//     constexpr auto site = routes(at<"hello">(text("Hello CoAP")), at<"led">(value(led)), below<"fs">(files));
//
// A request goes to the resource with the longest path, in segments, that matches and offers the method. `routes`
// answers for it what a resource is apt to forget: no such path 4.04, no such method 4.05, a critical option that the
// resource does not look at 4.02, a payload in another Content-Format 4.15. All of this is one table in flash, one row
// a method. The search in a large site takes as long as in a small one.
//
// An asterisk is a wildcard for any one segment: `at<"lamps/*/name">(get(read_name))`. Among paths of the same length,
// a text goes before it, the first difference counting: "a/b/*", "a/*/c", "*/b/c".
#pragma once

#include <mincoap/resource/entry.hpp>
#include <mincoap/resource/search.hpp>

namespace mincoap {
namespace detail {

// Every request there is.
struct any_request : method<code::get, code::post, code::put, code::delete_, code::fetch, code::patch, code::ipatch> {
    static constexpr option_set accepted_options = every_option;  // a handler checks for itself: see handler.hpp
};

// Every request that a site takes as a resource of another one.
template <typename Site>
struct any_within : any_request {
    static constexpr bool finds_paths = true;
    static constexpr option_set accepted_options = every_option | demand::multicast;
    static constexpr bool has_blocks = Site::has_blocks;
    static constexpr bool takes_blocks = Site::takes_blocks;
    static reply serve(const Site& self, const request& r) { return self(r); }
};

template <typename Handler>
struct forwarded {
    static_assert(mincoap::handler<Handler>,
                  "mincoap: a handler is given to forward: reply operator()(const request&) const, callable as const");

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

// All entries of a site. No template below is instantiated for an entry with all of them as its arguments, and there is
// no fold over them: compile time grows with their number alone, and Clang nests 256 expressions at most.
template <typename... Entries>
struct entry_list {
    static constexpr std::size_t size = sizeof...(Entries);

    static constexpr std::size_t link_capacity() {
        std::size_t sum = 0;
        for (const std::size_t one : {std::size_t{0}, Entries::link_capacity()...}) sum += one;
        return sum;
    }
    // For each entry, the index of the first one with the same path.
    static constexpr std::array<std::uint16_t, size> equal_paths =
        find_equal_paths(std::array<hashed_path, size>{Entries::path...});

    template <typename... Kept>
    static constexpr std::array<place, size> places{Entries::template place_of<Kept>()...};
};

// The handler that `routes` makes.
template <typename Entries, typename... Resources>
class site {
    static constexpr const auto& places = Entries::template places<Resources...>;
    static constexpr table_shape shape = shape_of(places, Entries::equal_paths);
    static constexpr auto rows = make_table<shape>(places, Entries::equal_paths);
    static constexpr option_set accepted_anywhere = detail::accepted_anywhere(places);
    static_assert(!has_duplicate(places, Entries::equal_paths),
                  "mincoap: two resources take the same method at the same path");

    using resources = leaves_of<Resources...>;
    static_assert(sizeof(resources) == size_of_resources(places));
    static_assert(sizeof(resources) <= near_offset(-1) && shape.path_bytes <= near_offset(-1),
                  "mincoap: the resources of a site take at most 65,535 bytes, and so do its paths: nest another site");

public:
    constexpr explicit site(const resources& r) : resources_(r) {}  // NOLINT(modernize-pass-by-value): plain data

    // For the server: see server/blocks.hpp.
    static constexpr bool has_blocks = any_of(places, &place::has_blocks);
    static constexpr bool takes_blocks = any_of(places, &place::takes_blocks);

    reply operator()(const request& r) const { return route<has_blocks>(rows, accepted_anywhere, &resources_, r); }

    // The critical options that the site accepts with this request. It answers 4.02 to any other one.
    static constexpr option_set accepted_options(const request& r) {
        return detail::accepted_options(rows, accepted_anywhere, r);
    }

    using methods = method_list<any_within<site>>;

private:
    resources resources_;
};

}  // namespace detail

// Resources at exactly that path. Several combine their methods: `at<"led">(get(read), put(write))`. They see the whole
// path in `request::segments`, so that another site belongs into `below`. With wildcards in it, they see what the first
// of them took and all behind it.
template <text_literal Path, typename... Given>
constexpr auto at(Given... given) {
    return detail::placed<Path, true, decltype(detail::join(given...))>{detail::join(given...)};
}

// Resources at that path and anywhere below it; they see the rest of the path in `request::segments`, or with wildcards
// in it, what the first of them took and all behind it. What `routes` makes can stand here as well, if there are none.
// Its resources are not in the well_known_core of the outer site, nor should it name one itself.
template <text_literal Path, typename... Given>
constexpr auto below(Given... given) {
    return detail::placed<Path, false, decltype(detail::join(given...))>{detail::join(given...)};
}

// A handler as a resource: it is given every method and every critical option, and checks them itself; see handler.hpp.
template <typename Handler>
constexpr auto forward(Handler h) {
    return detail::forwarded<Handler>{h};
}

// The handler. Make it `constexpr`, and all of it is constant data.
template <typename... Entries>
constexpr auto routes(const Entries&... entries) {
    static_assert(detail::are_all({detail::is_entry<Entries>...}),
                  "mincoap: a site is made of at<\"path\">(...) and below<\"path\">(...)");
    using list = detail::entry_list<Entries...>;
    const auto keep = [&]<typename Given>(const Given& given) -> typename detail::kept<Given, list>::type {
        if constexpr (detail::telling_of_site<Given>) return Given::template complete<list>(entries...);
        else return detail::undescribed(given);
    };
    return detail::site<list, typename detail::kept<typename Entries::given_type, list>::type...>{
        {{keep(entries.given)}...}};
}

}  // namespace mincoap
