// Discovery with filters (RFC 6690 §4.1), block by block: `GET /.well-known/core?rt=temp*`.
//
//     routes(at<"led">(value(led).rt("lamp")), filtered_well_known_core)
//
// Without a query it is the same constant in flash as that of `well_known_core`. Of several queries, all have to match.
// What nothing matches is an empty document, and silence for a request by multicast. As each link is compared with each
// query, more than `max_discovery_queries` of them are 4.00, and silence by multicast, too.
//
// What stands below a prefix may come and go. A resource that has a
//
//     void links(link_writer& to) const;
//
// is asked for its links whenever the document is, once for a block. `confirmed_only`, `conditional` and `optional`
// hand on those of what they are around, `negotiated` those of its first alternative that has any.
#pragma once

#include <utility>

#include <mincoap/resource/document.hpp>
#include <mincoap/resource/link_writer.hpp>
#include <mincoap/resource/well_known_core.hpp>

namespace mincoap {

inline constexpr unsigned max_discovery_queries = 8;

namespace detail {

constexpr bool has_too_many(bytes queries) {
    unsigned left = max_discovery_queries;
    message::option_reader reader{queries.data(), queries.data() + queries.size()};
    while (reader.next() == message::option_reader::step::option)
        if (left-- == 0) return true;
    return false;
}

template <typename Given>
concept has_links = requires(const Given& given, link_writer& to) { undescribed(given).links(to); };

// How the path of a place begins the references below it.
template <typename Place>
inline constexpr auto reference_to = [] {
    link_text<1 + percent_encoded_size(Place::path_text)> reference;
    if (!Place::path_text.empty()) reference.append("/");
    append_percent_encoded(reference, Place::path_text);
    return reference;
}();

// What is kept of the places that have links at run time. Those of a path with a wildcard would begin with none.
template <typename Place, typename Resource>
struct linking {
    Resource resource;

    void write(bytes queries, body_writer& to) const {
        link_writer links{to, queries, reference_to<Place>.view()};
        resource.links(links);
    }
};
template <typename Place>
constexpr auto linking_of(const Place& place) {
    if constexpr (has_links<decltype(place.given)> && !Place::has_wildcard)
        return std::tuple{linking<Place, decltype(undescribed(place.given))>{undescribed(place.given)}};
    else return std::tuple<>{};
}

inline void write_matching(std::string_view document, bytes queries, body_writer& to) {
    link_writer links{to, queries};
    for (const std::string_view link : link_range{document}) links.put(link);
}

template <typename Discovery>
struct matching_links {
    const Discovery* discovery;
    bytes queries;

    void operator()(body_writer& to) const {
        write_matching(discovery->document.view(), queries, to);
        std::apply([&](const auto&... others) { (others.write(queries, to), ...); }, discovery->others);
    }
};

template <std::size_t Capacity, typename Others>
struct filtered_discovery {
    link_text<Capacity> document;
    etag tag;
    [[no_unique_address]] Others others;  // whose links are known at run time

    constexpr filtered_discovery(const link_text<Capacity>& d, Others o)
        : document(d), tag(d.view()), others(std::move(o)) {}

    struct get : method<code::get> {
        static constexpr option_set understands = set_of(option::uri_query) | set_of(option::block2) | to_group;

        static reply serve(const filtered_discovery& self, const request& r) {
            const bytes queries = encoded_options<option::uri_query>(r);
            if (has_too_many(queries)) return {code::bad_request, {}, std::string_view{"more than 8 queries"}};
            if constexpr (std::tuple_size_v<Others> == 0)
                if (queries.empty())
                    return in_blocks<content_format::link_format>(r, constant_body{self.document.view(), self.tag});
            // What is written over the request is found by them.
            const rendition links{matching_links<filtered_discovery>{&self, r.keep(queries)}};
            const rendered_block block = render_block<default_max_age>(r, links);
            if (block.plan.all.size == 0 && r.multicast()) return code::not_found;
            return rendered_reply<default_max_age>(known_format<content_format::link_format>{}, block, code::content);
        }
    };
    using methods = method_list<get>;
};

struct filtered {
    template <std::size_t Capacity>
    static constexpr auto make(const link_text<Capacity>& document, const auto&... places) {
        const auto others = std::tuple_cat(linking_of(places)...);
        return filtered_discovery<Capacity, std::remove_const_t<decltype(others)>>{document, others};
    }
};

}  // namespace detail

inline constexpr auto filtered_well_known_core = at<".well-known/core">(detail::discovery_of_site<detail::filtered>{});

}  // namespace mincoap
