// Discovery with filters (RFC 6690 §4.1), block by block: `GET /.well-known/core?rt=temp*`.
//
//     routes(at<"led">(value(led).rt("lamp")), filtered_well_known_core)
//
// Without a query it is the same constant in flash as that of `well_known_core`. Of several queries, all have to match. What
// nothing matches is an empty document, and silence for a request by multicast.
#pragma once

#include <mincoap/resource/document.hpp>
#include <mincoap/resource/link_filter.hpp>
#include <mincoap/resource/well_known_core.hpp>

namespace mincoap {
namespace detail {

// The Uri-Query options of a request as they are encoded, one behind the other.
inline bytes encoded_queries(const request& r) {
    const bytes token = r.message.token();
    const bytes datagram = r.message.datagram();
    message::option_reader options{token.data() + token.size(), datagram.data() + datagram.size()};
    const byte* begin = nullptr;
    const byte* end = nullptr;
    for (const byte* at = options.position(); options.next() == message::option_reader::step::option;
         at = options.position()) {
        if (options.number() != option::uri_query) continue;
        if (begin == nullptr) begin = at;
        end = options.position();
    }
    return {begin, end};
}

// The links of a document that all of the queries match.
inline void write_matching_links(std::string_view document, bytes queries, body_writer& to) {
    for (const std::string_view link : link_range{document}) {
        bool matches = true;
        for (const message::option_view query : message::option_range{queries})
            matches = matches && matches_filter(link, query.text());
        if (!matches) continue;
        if (to.size() != 0) to.put(std::string_view{","});
        to.put(link);
    }
}

template <typename Discovery>
struct matching_links {
    const Discovery* discovery;
    bytes queries;

    void operator()(body_writer& to) const { write_matching_links(discovery->document.view(), queries, to); }
};

template <std::size_t Capacity>
struct filtered_discovery {
    link_text<Capacity> document;
    etag tag;

    constexpr explicit filtered_discovery(const link_text<Capacity>& d) : document(d), tag(d.view()) {}

    struct get : method<code::get> {
        static constexpr option_set understands = set_of(option::uri_query) | set_of(option::block2);

        static reply serve(const filtered_discovery& self, const request& r) {
            constexpr auto format = content_format::link_format;
            const bytes queries = encoded_queries(r);
            if (queries.empty()) return in_blocks<format>(r, constant_body{self.document.view(), self.tag});
            rendition<matching_links<filtered_discovery>> links{{&self, queries}};
            const block_plan plan = plan_of(r, links.measure());
            if (plan.all.size == 0 && r.multicast()) return code::not_found;
            links.render.queries = r.keep(queries);  // they are read again when the reply is written
            return block_reply<format>(code::content, links, plan);
        }
    };
    using methods = method_list<get>;
};

}  // namespace detail

inline constexpr auto filtered_well_known_core =
    at<".well-known/core">(detail::discovery_of_site<detail::filtered_discovery>{});

}  // namespace mincoap
