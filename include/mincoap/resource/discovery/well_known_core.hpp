// Discovery (RFC 6690): /.well-known/core lists the resources of a site and their attributes.
//
//     routes(at<"led">(value(led).title("Status LED")), well_known_core)
//
// The document is put together at compile time, in the order in which the resources stand there. A query is ignored, as
// RFC 6690 §4.1 asks of a server that does not filter. A path with a wildcard is not listed: no one link leads there.
#pragma once

#include <mincoap/resource/routes.hpp>
#include <mincoap/resource/text.hpp>

namespace mincoap {
namespace detail {

template <std::size_t Capacity>
struct discovery {
    link_text<Capacity> document;

    constexpr explicit discovery(const link_text<Capacity>& d, const auto&...) : document(d) {}

    struct get : method<code::get> {
        static constexpr option_set accepted_options = set_of(option::uri_query) | demand::multicast;
        static reply serve(const discovery& self, const request&) {
            return content<content_format::link_format>(self.document.view());
        }
    };
    using methods = method_list<get>;
};

// The link of the entry, with the attributes of all that follow at its path.
template <std::size_t N>
constexpr void append_link(auto& document, const std::array<link_source, N>& links,
                           const std::array<std::uint16_t, N>& next, std::size_t entry) {
    if (!links[entry].is_listed) return;
    document.append(document.size == 0 ? "<" : ",<");
    document.append(links[entry].reference.empty() ? "/" : links[entry].reference);
    document.append(">");
    attribute_names names;
    std::size_t i = entry;
    do {
        document.append(links[i].attributes);
        names.add(links[i].names);
        i = next[i];
    } while (i != 0);
    if (names.twice) a_link_attribute_stands_twice();
}

// In the order of the entries. A path has one link, with the attributes of everything that stands there.
template <std::size_t Capacity, std::size_t N>
constexpr link_text<Capacity> make_document(const std::array<link_source, N>& links,
                                            const std::array<std::uint16_t, N>& equal_paths) {
    std::array<std::uint16_t, N> next{};  // at the same path, 0 if there is none
    std::array<std::uint16_t, N> last{};
    for (std::size_t i = 0; i < N; ++i) {
        if (equal_paths[i] != i) next[last[equal_paths[i]]] = static_cast<std::uint16_t>(i);
        last[equal_paths[i]] = static_cast<std::uint16_t>(i);
    }
    link_text<Capacity> document;
    for (std::size_t i = 0; i < N; ++i)
        if (equal_paths[i] == i) append_link(document, links, next, i);
    return document;
}

// Stands for itself until the site is known.
template <typename Kind>
struct discovery_of_site {
    struct tells_of_site;
    template <typename Entries>
    using of_site = typename Kind::template type<Entries>;

    template <typename Entries>
    static constexpr auto complete(const auto&... entries) {
        const std::array<link_source, Entries::size> links{entries.link()...};
        return of_site<Entries>{make_document<Entries::link_capacity()>(links, Entries::equal_paths), entries...};
    }
};

struct unfiltered {
    template <typename Entries>
    using type = discovery<Entries::link_capacity()>;
};

}  // namespace detail

inline constexpr auto well_known_core = at<".well-known/core">(detail::discovery_of_site<detail::unfiltered>{});

}  // namespace mincoap
