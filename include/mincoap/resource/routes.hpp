// The site: resources by path.
//
//     constexpr auto site = routes(at<"hello">(text("Hello CoAP")), at<"led">(value(led)), below<"fs">(files));
//
// A request goes to the resource with the longest path, in segments, that matches and offers the method. `routes`
// answers for it what a resource is apt to forget: no such path 4.04, no such method 4.05, a critical option that the
// resource does not look at 4.02, a payload in another Content-Format 4.15. All of this is one table in flash, one row
// a method.
//
// An asterisk is a wildcard for any one segment: `at<"lamps/*/name">(get(read_name))`. Among paths of the same length,
// a text goes before it, the first difference counting: "a/b/*", "a/*/c", "*/b/c".
#pragma once

#include <array>
#include <tuple>

#include <mincoap/resource/link.hpp>
#include <mincoap/resource/path.hpp>
#include <mincoap/resource/table.hpp>

namespace mincoap {
namespace detail {

// Every request there is.
struct any_request : method<code::get, code::post, code::put, code::delete_, code::fetch, code::patch, code::ipatch> {
    static constexpr option_set understands = every_option;  // a handler checks for itself: see handler.hpp
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

// A resource, attributes included, at a path.
template <text_literal Path, bool Exact, typename Given>
struct placed {
    static constexpr const auto& path = encoded_path<Path>;
    static constexpr std::string_view path_text = Path.view();
    static constexpr bool exact = Exact;
    static constexpr std::size_t size_before_wildcard = detail::size_before_wildcard(path);
    static constexpr bool has_wildcard = size_before_wildcard != path.size();
    // So much of the path the resource does not see.
    static constexpr std::size_t hidden_size = Exact && !has_wildcard ? 0 : size_before_wildcard;
    static_assert(encoded_path<Path>.size() <= 255,
                  "mincoap: a path has at most 255 bytes, one before each segment included");
    static_assert(
        resource<Given> || requires(const Given& g) { g.complete(); } || attributes_capacity<Given> != 0,
        "mincoap: say what stands at the path: value(x), text(\"...\"), get(f) or another method, forward(handler)");

    Given given;
};

// What of it is kept in the site: no attributes; and a resource that tells about the site is now told about it.
template <typename Given>
constexpr auto stored(const Given& given, const auto&... site) {
    if constexpr (requires { given.complete(site...); }) return given.complete(site...);
    else return given;
}
template <typename Resource, std::size_t Capacity>
constexpr auto stored(const described<Resource, Capacity>& given, const auto&... site) {
    return stored(given.resource, site...);
}

// Whether a method has to do with blocks, or may have, as a handler that checks for itself; and whether it is known to
// take bodies in blocks. Another site tells so itself.
template <typename Method>
constexpr bool method_has_blocks() {
    if constexpr (requires { Method::has_blocks; }) return Method::has_blocks;
    else return (Method::understands & (later_block | part_of_body)) != 0;
}
template <typename Method>
constexpr bool method_takes_blocks() {
    if constexpr (requires { Method::takes_blocks; }) return Method::takes_blocks;
    else return !has_every_option(Method::understands) && (Method::understands & part_of_body) != 0;
}
template <typename... Methods>
constexpr bool any_has_blocks(method_list<Methods...>) {
    return (method_has_blocks<Methods>() || ...);
}
template <typename... Methods>
constexpr bool any_takes_blocks(method_list<Methods...>) {
    return (method_takes_blocks<Methods>() || ...);
}

template <typename T>
inline constexpr bool is_entry = false;
template <typename... Places>
inline constexpr bool is_entry<std::tuple<Places...>> = true;

template <typename... Methods>
constexpr std::size_t count_of(method_list<Methods...>) {
    return sizeof...(Methods);
}

// The handler that `routes` makes.
template <typename Places, typename... Resources>
class site;

template <typename... Places, typename... Resources>
class site<std::tuple<Places...>, Resources...> {
public:
    constexpr explicit site(Resources... resources) : resources_(resources...) {}

    // For the server: see server/blocks.hpp.
    static constexpr bool has_blocks = (any_has_blocks(typename Resources::methods{}) || ...);
    static constexpr bool takes_blocks = (any_takes_blocks(typename Resources::methods{}) || ...);

    reply operator()(const request& r) const { return route<has_wildcards, has_blocks>(rows_and_options, this, r); }

    // The critical options that are understood of a request; another one makes it a 4.02.
    static constexpr option_set understood(const request& r) {
        return detail::understood<has_wildcards>(rows_and_options, r);
    }

    // As a resource of another site.
    struct any : any_request {
        static constexpr bool finds_paths = true;
        static constexpr option_set understands = every_option | to_group;
        static constexpr bool has_blocks = site::has_blocks;
        static constexpr bool takes_blocks = site::takes_blocks;
        static reply serve(const site& self, const request& r) { return self(r); }
    };
    using methods = method_list<any>;

private:
    template <std::size_t Index, typename Method>
    static reply serve(const void* self, const request& r) {
        using place = std::tuple_element_t<Index, std::tuple<Places...>>;
        const auto& resource = std::get<Index>(static_cast<const site*>(self)->resources_);
        if constexpr (place::hidden_size == 0) {
            return Method::serve(resource, r);
        } else {
            request rest = r;
            rest.path_begin += place::hidden_size;
            return Method::serve(resource, rest);
        }
    }

    template <std::size_t Index, typename... Methods>
    static constexpr void add_rows(auto& all, std::size_t& count, method_list<Methods...>) {
        static_assert(((Methods::consumes != format_option{0xffff}) && ...),
                      "mincoap: Content-Format 65535 cannot be named here");
        static_assert(
            ((has_every_option(Methods::understands) || (Methods::understands & unnamed_options) == 0) && ...),
            "mincoap: only critical options up to 39 can be named");
        using place = std::tuple_element_t<Index, std::tuple<Places...>>;
        static_assert(place::has_wildcard || (!capturing<Methods> && ...),
                      "mincoap: a function that takes a segment stands at a path with a wildcard, as at<\"lamps/*\">");
        static_assert(!place::has_wildcard || (!routing<Methods> && ...),
                      "mincoap: a site stands below a path without wildcards: write them in the site's own paths");
        static_assert(!place::exact || (!routing<Methods> && ...),
                      "mincoap: a site has longer paths than that of at<...>; write below<\"path\">(site)");
        ((all[count++] = {.path = place::path.data(),
                          .path_size = static_cast<byte>(place::path.size()),
                          .methods = static_cast<method_set>(Methods::methods | (place::exact ? 0 : below_it)),
                          .consumes = static_cast<std::uint16_t>(Methods::consumes.number_plus_one()),
                          .understands = understood_by<Methods>,
                          .serve = &serve<Index, Methods>}),
         ...);
    }

    template <std::size_t... Indices>
    static constexpr auto make_rows(std::index_sequence<Indices...>) {
        std::array<row, (count_of(typename Resources::methods{}) + ... + 0)> all{};
        [[maybe_unused]] std::size_t count = 0;
        (add_rows<Indices>(all, count, typename Resources::methods{}), ...);
        sort(all);
        return all;
    }

    static constexpr option_set understood_by_any(std::span<const row> all) {
        option_set understood =
            understood_by_server | set_of(option::uri_query) | later_block | part_of_body | to_group;
        for (const row& r : all)
            if (!has_every_option(r.understands)) understood |= r.understands;  // or it knows, and we do not
        return understood;
    }

    static constexpr bool has_wildcards = (Places::has_wildcard || ...);
    static constexpr auto rows = make_rows(std::index_sequence_for<Resources...>{});
    static constexpr table rows_and_options{rows, understood_by_any(rows)};
    static_assert(!has_duplicate(rows), "mincoap: two resources take the same method at the same path");

    std::tuple<Resources...> resources_;
};

}  // namespace detail

// Resources at exactly that path. Several combine their methods: `at<"led">(get(read), put(write))`. They see the whole
// path in `request::segments`, so that another site belongs into `below`. With wildcards in it, they see what the first
// of them took and all behind it.
template <text_literal Path, typename... Given>
constexpr auto at(Given... given) {
    return std::tuple{detail::placed<Path, true, Given>{given}...};
}

// Resources at that path and anywhere below it; they see the rest of the path in `request::segments`, or with wildcards
// in it, what the first of them took and all behind it. What `routes` makes can stand here as well, if there are none.
// Its resources are not in the well_known_core of the outer site, nor should it name one itself.
template <text_literal Path, typename... Given>
constexpr auto below(Given... given) {
    return std::tuple{detail::placed<Path, false, Given>{given}...};
}

// A handler as a resource: it is given every method and every critical option, and checks them itself; see handler.hpp.
template <typename Handler>
constexpr auto forward(Handler h) {
    return detail::forwarded<Handler>{h};
}

// The handler. Make it `constexpr`, and all of it is constant data.
constexpr auto routes(const auto&... entries) {
    static_assert((detail::is_entry<std::remove_cvref_t<decltype(entries)>> && ...),
                  "mincoap: a site is made of at<\"path\">(...) and below<\"path\">(...)");
    return std::apply(
        []<typename... Places>(const Places&... places) {
            return detail::site<std::tuple<Places...>, decltype(detail::stored(places.given, places...))...>{
                detail::stored(places.given, places...)...};
        },
        std::tuple_cat(entries...));
}

}  // namespace mincoap
