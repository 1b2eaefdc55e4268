// An entry of a site: a resource and its path, as one value. Several resources at one path are one resource.
#pragma once

#include <utility>

#include <mincoap/message/percent_encoding.hpp>
#include <mincoap/resource/discovery/link.hpp>
#include <mincoap/resource/table.hpp>

namespace mincoap::detail {

// Values beside each other. A leaf has no room behind its value, so the position of each value follows from sizes and
// alignments.
template <std::size_t Index, typename Value>
struct leaf {
    Value value;
};
template <typename Indices, typename... Values>
struct leaves;
template <std::size_t... Indices, typename... Values>
struct leaves<std::index_sequence<Indices...>, Values...> : leaf<Indices, Values>... {};

template <typename... Values>
using leaves_of = leaves<std::index_sequence_for<Values...>, Values...>;

template <std::size_t Index, typename Value>
constexpr const Value& leaf_at(const leaf<Index, Value>& l) {
    return l.value;
}

// The methods of a resource that is one of several.
template <std::size_t Index, typename Resource>
struct part {
    template <typename Method>
    struct of_part : Method {
        static reply serve(const leaf<Index, Resource>& self, const request& r) { return Method::serve(self.value, r); }
    };
    using methods = each_method<of_part, Resource>;
};
template <typename Indices, typename... Resources>
struct methods_of_parts;
template <std::size_t... Indices, typename... Resources>
struct methods_of_parts<std::index_sequence<Indices...>, Resources...>
    : joined<typename part<Indices, Resources>::methods...> {};

// Several resources as one, which has the methods of each and the links of each.
template <typename... Resources>
struct together : leaves_of<Resources...> {
    using methods = typename methods_of_parts<std::index_sequence_for<Resources...>, Resources...>::type;

    template <typename To>
        requires(linking_to<Resources, To> || ...)
    void links(To& to) const {
        [&]<std::size_t... Indices>(std::index_sequence<Indices...>) {
            (put_links(leaf_at<Indices>(*this), to), ...);
        }(std::index_sequence_for<Resources...>{});
    }
};

// A resource that tells about its site stands for itself until the site is known.
template <typename Given>
concept telling_of_site = requires { typename Given::tells_of_site; };

// Joins the resources of a path into one, with the attributes of all.
template <typename... Given>
constexpr auto join(const Given&... given) {
    constexpr bool are_resources =
        sizeof...(Given) != 0 && ((resource<Given> || telling_of_site<Given> || attributes_capacity<Given> != 0) && ...);
    static_assert(are_resources,
                  "mincoap: a path needs a resource: value(x), text(\"...\"), get(f) or another method, forward(handler)");
    constexpr std::size_t capacity = (attributes_capacity<Given> + ... + 0);
    if constexpr (!are_resources) {
        return no_resource{};
    } else if constexpr (sizeof...(Given) == 1) {
        return (given, ...);
    } else if constexpr (capacity == 0) {
        return together<Given...>{{{given}...}};
    } else {
        link_text<capacity> attributes;
        attribute_names names;
        ((attributes.append(attributes_of(given)), names.add(names_of(given))), ...);
        return described{together<decltype(undescribed(given))...>{{{undescribed(given)}...}}, attributes, names};
    }
}

// A resource, attributes included, at a path.
template <text_literal Path, bool Exact, typename Given>
struct placed {
    static_assert(encoded_path<Path>.size() <= 255,
                  "mincoap: a path has at most 255 bytes, one before each segment included");

    using given_type = Given;
    static constexpr std::size_t size_before_wildcard = detail::size_before_wildcard(encoded_path<Path>);
    static constexpr bool has_wildcard = size_before_wildcard != encoded_path<Path>.size();
    // The resource does not see that much of the path.
    static constexpr std::size_t hidden_size = Exact && !has_wildcard ? 0 : size_before_wildcard;
    static constexpr std::size_t reference_size = 1 + percent_encoded_size(Path.view());

    Given given;

    static constexpr hashed_path path{encoded_path<Path>, hash_of(encoded_path<Path>)};
    static constexpr std::string_view path_text() { return Path.view(); }

    // `Kept` is the resource that the site keeps.
    template <typename Kept>
    static constexpr place place_of() {
        using methods = methods_as_data<Kept, hidden_size>;
        static_assert(has_wildcard || !methods::needs_wildcard,
                      "mincoap: a function that takes a segment stands at a path with a wildcard, as at<\"lamps/*\">");
        static_assert(!has_wildcard || !methods::finds_paths,
                      "mincoap: a site stands below a path without wildcards: write them in the site's own paths");
        static_assert(!Exact || !methods::finds_paths,
                      "mincoap: a site has longer paths than that of at<...>; write below<\"path\">(site)");
        return {.path = path,
                .methods = methods::all,
                .size = sizeof(Kept),
                .alignment = alignof(Kept),
                .exact = Exact,
                .wildcard = has_wildcard,
                .has_blocks = methods::has_blocks,
                .takes_blocks = methods::takes_blocks};
    }

    constexpr link_source link() const;
    // The reference, "<>" and a comma, the attributes.
    static constexpr std::size_t link_capacity() {
        return has_wildcard ? 0 : reference_size + 3 + attributes_capacity<Given>;
    }
};

template <std::size_t Size>
constexpr link_text<Size> make_reference(std::string_view path) {
    link_text<Size> reference;
    if (!path.empty()) reference.append("/");
    if (Size == path.size() + 1) reference.append(path);  // as it is
    else append_percent_encoded(reference, path);
    return reference;
}

// How the path of an entry begins the references below it: with nothing for the root.
template <typename Entry>
inline constexpr auto reference_to = make_reference<Entry::reference_size>(Entry::path_text());

template <text_literal Path, bool Exact, typename Given>
constexpr link_source placed<Path, Exact, Given>::link() const {
    return {.reference = reference_to<placed>.view(),
            .attributes = attributes_of(given),
            .names = names_of(given),
            .is_listed = !has_wildcard && !telling_of_site<Given>};
}

template <typename T>
inline constexpr bool is_entry = false;
template <text_literal Path, bool Exact, typename Given>
inline constexpr bool is_entry<placed<Path, Exact, Given>> = true;

// A site keeps of each resource the part without attributes, and makes a resource that tells about the site, now that
// the site is known.
template <typename Given, typename Entries>
struct kept {
    using type = Given;
};
template <typename Resource, std::size_t Capacity, typename Entries>
struct kept<described<Resource, Capacity>, Entries> {
    using type = Resource;
};
template <telling_of_site Given, typename Entries>
struct kept<Given, Entries> {
    using type = typename Given::template of_site<Entries>;
};

}  // namespace mincoap::detail
