// Discovery (RFC 6690): /.well-known/core lists the paths of a site and their attributes.
//
//     routes(at<"led">(value(led)).title("Status LED"), well_known_core)
//
// The document is built at compile time, in the order of the entries. A query is ignored, as RFC 6690 §4.1 asks of a
// server that does not filter. A path with a wildcard is not listed, because no single link leads there.
#pragma once

#include <mincoap/resource/discovery/link.hpp>
#include <mincoap/resource/routes.hpp>
#include <mincoap/resource/text.hpp>

namespace mincoap {
namespace detail {

// The size of the document in bytes at most. A link is a reference, "<>", a comma and the attributes.
template <typename... Entries>
[[nodiscard]] constexpr std::size_t document_capacity(entry_list<Entries...> /*entries*/) {
    std::size_t sum = 0;
    for (const std::size_t one :
         {std::size_t{0},
          (Entries::path::has_wildcard ? 0
                                       : Entries::path::reference_size + 3 + Entries::attributes_type::capacity())...})
        sum += one;
    return sum;
}

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

// Discovery before `routes` knows the site. `Kind::type` is the resource that it becomes. Neither discovery itself is
// listed nor a path with a wildcard, because no single link leads there.
template <typename Kind>
struct unbound_discovery {
    template <typename List>
    using bound = typename Kind::template type<List>;

    template <typename List, typename... Entries>
    [[nodiscard]] static constexpr bound<List> bind(const Entries&... entries) {
        static_assert(are_all({(!unbound_resource<typename Entries::resource_type> ||
                                Entries::attributes_type::capacity() == 0)...}),
                      "mincoap: /.well-known/core does not list itself; leave out its attributes");
        const std::array<link_source, List::size> links{link_source{
            Entries::path::text, Entries::path::reference_size, entries.attributes.view(), entries.attributes.names(),
            !Entries::path::has_wildcard && !unbound_resource<typename Entries::resource_type>}...};
        return bound<List>{make_document<document_capacity(List{})>(links, List::equal_paths), entries...};
    }

    struct unbound;
};

struct unfiltered {
    template <typename Entries>
    using type = discovery<document_capacity(Entries{})>;
};

}  // namespace detail

inline constexpr auto well_known_core = at<".well-known/core">(detail::unbound_discovery<detail::unfiltered>{});

}  // namespace mincoap
