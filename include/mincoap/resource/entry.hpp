// An entry of a site: a resource, its path and its link attributes as one value. Several resources at one path are
// joined into one resource.
#pragma once

#include <utility>

#include <mincoap/message/percent_encoding.hpp>
#include <mincoap/resource/discovery/attributes.hpp>
#include <mincoap/resource/table.hpp>

namespace mincoap::detail {

// A list of values. A leaf has no padding after its value, so sizes and alignments alone determine where each value is.
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

// The methods of one of several resources.
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

// Several resources as one, with the methods and the links of each.
template <typename... Resources>
struct together : leaves_of<Resources...> {
    using methods = typename methods_of_parts<std::index_sequence_for<Resources...>, Resources...>::type;

    void links(link_writer& to) const
        requires(has_links<Resources> || ...)
    {
        [&]<std::size_t... Indices>(std::index_sequence<Indices...>) {
            (put_links(leaf_at<Indices>(*this), to), ...);
        }(std::index_sequence_for<Resources...>{});
    }
};

// A resource that `routes` makes once it knows the whole site, such as discovery.
template <typename Resource>
concept unbound_resource = requires { typename Resource::unbound; };

// Joins the resources of a path into one.
template <typename... Resources>
[[nodiscard]] constexpr auto join(const Resources&... resources) {
    constexpr bool are_resources =
        sizeof...(Resources) != 0 && ((resource<Resources> || unbound_resource<Resources>) && ...);
    static_assert(
        are_resources,
        "mincoap: a path needs a resource: value(x), text(\"...\"), get(f) or another method, forward(handler)");
    if constexpr (!are_resources) return no_resource{};
    else if constexpr (sizeof...(Resources) == 1) return (resources, ...);
    else return together<Resources...>{{{resources}...}};
}

// The properties of a path that its methods depend on. The first `HiddenSize` bytes are hidden from the resource.
template <bool Exact, bool HasWildcard, std::size_t HiddenSize>
struct path_kind {};

// A path of a site. `at` has exact ones, `below` others.
template <text_literal Path, bool Exact>
struct entry_path {
    static constexpr std::string_view text = Path.view();
    static constexpr hashed_path hashed{encoded_path<Path>, hash_of(encoded_path<Path>)};
    static constexpr std::size_t size_before_wildcard = detail::size_before_wildcard(hashed.encoded);
    static constexpr bool has_wildcard = size_before_wildcard != hashed.encoded.size();
    static constexpr std::size_t reference_size = 1 + percent_encoded_size(text);
    using kind = path_kind<Exact, has_wildcard, Exact && !has_wildcard ? 0 : size_before_wildcard>;

    static_assert(text.empty() || text.front() != '/', "mincoap: write a path without a slash in front");
    static_assert(is_valid_path(text),
                  "mincoap: a path's segments have 1 to 255 bytes; only the last one may be empty, as in \"create/\"");
    static_assert(!text.contains('\xff'), "mincoap: a path is UTF-8, in which there is no byte 0xff");
    static_assert(hashed.encoded.size() <= 255,
                  "mincoap: a path has at most 255 bytes, one before each segment included");
};

// Makes the place of a resource at a path of that kind.
template <typename Resource, bool Exact, bool HasWildcard, std::size_t HiddenSize>
[[nodiscard]] constexpr place make_place(const hashed_path& path, path_kind<Exact, HasWildcard, HiddenSize> /*kind*/,
                                         bool is_observable = false) {
    using methods = methods_as_data<Resource, HiddenSize>;
    static_assert(HasWildcard || !methods::needs_wildcard,
                  "mincoap: a function that takes a segment needs a path with a wildcard, as at<\"lamps/*\">");
    static_assert(!HasWildcard || !methods::finds_paths,
                  "mincoap: a site is below a path without wildcards: write them in the site's own paths");
    static_assert(!Exact || !methods::finds_paths,
                  "mincoap: a site has longer paths than that of at<...>; write below<\"path\">(site)");
    constexpr bool has_observables = requires { requires Resource::has_observables; };  // as a site may
    return {.path = path,
            .methods = methods::all,
            .size = sizeof(Resource),
            .alignment = alignof(Resource),
            .exact = Exact,
            .wildcard = HasWildcard,
            .has_blocks = methods::has_blocks,
            .takes_blocks = methods::takes_blocks,
            .is_observable = is_observable || has_observables};
}

// The formats that `.ct()` lists.
template <typename Resource>
[[nodiscard]] constexpr std::string_view formats_to_list() {
    constexpr bool is_negotiated = requires { Resource::produced_formats(); };
    static_assert(is_negotiated,
                  "mincoap: .ct() lists the formats of negotiated(...); name the format of any other resource, as in "
                  ".ct(content_format::json)");
    if constexpr (is_negotiated) {
        static_assert(!Resource::produced_formats().empty(),
                      "mincoap: no alternative names the format that it produces; write get(f).produces<...>()");
        return Resource::produced_formats();
    }
    return {};
}

// A resource at a path, an `entry_path`. The functions for link attributes are those of
// `link_attributes`, where they are explained.
template <typename Path, typename Resource, typename Attributes = link_attributes<>>
struct site_entry {
    using path = Path;
    using resource_type = Resource;
    using attributes_type = Attributes;

    Resource resource;
    Attributes attributes;

    template <std::size_t N>
    constexpr auto title(const char (&text)[N]) const {
        return with(attributes.title(text));
    }
    template <std::size_t N>
    constexpr auto rt(const char (&types)[N]) const {
        return with(attributes.rt(types));
    }
    template <std::size_t N>
    constexpr auto if_(const char (&interfaces)[N]) const {
        return with(attributes.if_(interfaces));
    }
    constexpr auto ct(content_format format) const { return with(attributes.ct(format)); }
    // All formats that a negotiated resource produces.
    constexpr auto ct() const {
        constexpr std::string_view formats = formats_to_list<Resource>();
        return with(attributes.template ct_list<formats.size()>(formats));
    }
    constexpr auto sz(std::uint32_t size) const { return with(attributes.sz(size)); }
    constexpr auto osc() const { return with(attributes.osc()); }
    constexpr auto observable() const { return with(attributes.observable()); }
    template <std::size_t N>
    constexpr auto raw(const char (&text)[N]) const {
        return with(attributes.raw(text));
    }

private:
    template <typename Longer>
    constexpr auto with(const Longer& longer) const {
        return site_entry<Path, Resource, Longer>{resource, longer};
    }
};

template <typename T>
inline constexpr bool is_entry = false;
template <typename Path, typename Resource, typename Attributes>
inline constexpr bool is_entry<site_entry<Path, Resource, Attributes>> = true;

// The resource that a site of these entries keeps.
template <typename Resource, typename Entries>
struct bound {
    using type = Resource;
};
template <unbound_resource Resource, typename Entries>
struct bound<Resource, Entries> {
    using type = typename Resource::template bound<Entries>;
};

}  // namespace mincoap::detail
