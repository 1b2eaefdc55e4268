// Discovery with filters (RFC 6690 §4.1), block by block: `GET /.well-known/core?rt=temp*`.
//
//     routes(at<"led">(value(led)).rt("lamp"), filtered_well_known_core)
//
// Without a query, the response is the same constant in flash as that of `well_known_core`. A link is listed if all
// queries match it. If no link matches, the document is empty, and a request by multicast gets no response. For each
// block, the document is read once, and each attribute is compared with each query. A request with more than
// `max_discovery_queries` queries is answered with 4.00, or not at all if it came by multicast.
//
// Links below a path may change at run time. If a resource has a function
//
//     void links(link_writer& to) const;
//
// it is called once for each block of the document. `confirmed_only`, `for_groups`, `conditional` and `optional` hand
// on the links of the inner resource, `negotiated` those of the first alternative that has the function.
#pragma once

#include <tuple>
#include <utility>

#include <mincoap/resource/blockwise/document.hpp>
#include <mincoap/resource/discovery/link_writer.hpp>
#include <mincoap/resource/discovery/well_known_core.hpp>

namespace mincoap {

inline constexpr unsigned max_discovery_queries = detail::link_filter::capacity;

namespace detail {

// The options of a request that have that number, as they are encoded, one after the other: a part of the request that
// `request::keep` can move.
template <option Number>
[[nodiscard]] bytes encoded_options(const request& r) {
    const bytes token = r.message.token();
    const bytes datagram = r.message.datagram();
    message::option_reader options{token.data() + token.size(), datagram.data() + datagram.size()};
    const byte* begin = nullptr;
    const byte* end = nullptr;
    for (const byte* at = options.position(); options.next() == message::option_reader::step::option;
         at = options.position()) {
        if (options.number() != Number) continue;
        if (begin == nullptr) begin = at;
        end = options.position();
    }
    return {begin, end};
}

[[nodiscard]] constexpr bool has_too_many(bytes queries) {
    unsigned left = max_discovery_queries;
    message::option_reader reader{queries.data(), queries.data() + queries.size()};
    while (reader.next() == message::option_reader::step::option)
        if (left-- == 0) return true;
    return false;
}

// ---- Links that are known at run time

// The resource of an entry, kept to ask it for its links.
template <typename Entry>
struct run_time_links {
    typename Entry::resource_type resource;

    void write(bytes queries, body_writer& to) const {
        link_writer links{to, queries, reference_to<typename Entry::path>.view()};
        resource.links(links);
    }
};

// A path with a wildcard cannot begin a reference.
template <typename Entry>
inline constexpr bool has_run_time_links = !Entry::path::has_wildcard && has_links<typename Entry::resource_type>;

template <std::size_t N>
[[nodiscard]] constexpr std::size_t count_true(const std::array<bool, N>& all) {
    std::size_t count = 0;
    for (const bool one : all) count += one ? 1U : 0U;
    return count;
}

// The indices of the entries with links at run time.
template <typename... Entries>
inline constexpr auto run_time_indices = [] {
    constexpr std::array<bool, sizeof...(Entries)> has_them{has_run_time_links<Entries>...};
    std::array<std::size_t, count_true(has_them)> indices{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < has_them.size(); ++i)
        if (has_them[i]) indices[count++] = i;
    return indices;
}();

// Returns a tuple of `run_time_links`, for those of the entries that have any.
template <typename... Entries>
[[nodiscard]] constexpr auto collect_run_time_links(const Entries&... entries) {
    constexpr const auto& indices = run_time_indices<Entries...>;
    if constexpr (indices.empty()) {
        return std::tuple<>{};
    } else {
        const leaves_of<const Entries&...> all{{entries}...};
        const auto of = []<typename Entry>(const Entry& entry) { return run_time_links<Entry>{entry.resource}; };
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return std::tuple{of(leaf_at<indices[I]>(all))...};
        }(std::make_index_sequence<indices.size()>{});
    }
}

// ---- The document that a request asks for

// Writes the links of the constant document that meet the filter.
inline void write_matching(std::string_view document, link_filter& filter, body_writer& to) {
    const char* at = document.data();
    const char* const end = at + document.size();
    for (bool more = at != end; more; ++at) {
        const char* const link = at;
        at = filter.look_at(link, end, ',');
        more = at != end;
        if (filter.is_met()) put_link(to, {link, static_cast<std::size_t>(at - link)});
    }
}

// Writes all links of a site that meet all queries: a function for `generated_body`.
template <typename Discovery>
struct filtered_document {
    const Discovery* discovery;
    bytes queries;

    void operator()(body_writer& to) const {
        link_filter filter{queries};
        write_matching(discovery->document.view(), filter, to);
        std::apply([&](const auto&... each) { (each.write(queries, to), ...); }, discovery->run_time);
    }
};

template <std::size_t Capacity, typename RunTimeLinks>
struct filtered_discovery {
    link_text<Capacity> document;
    etag tag;
    [[no_unique_address]] RunTimeLinks run_time;

    constexpr filtered_discovery(const link_text<Capacity>& d, const auto&... entries)
        : document(d), tag(d.view()), run_time(collect_run_time_links(entries...)) {}

    struct get : method<code::get> {
        static constexpr option_set accepted_options =
            set_of(option::uri_query) | set_of(option::block2) | demand::multicast;

        static reply serve(const filtered_discovery& self, const request& r) {
            const bytes queries = encoded_options<option::uri_query>(r);
            if (has_too_many(queries)) return {code::bad_request, {}, std::string_view{"more than 8 queries"}};
            if constexpr (std::tuple_size_v<RunTimeLinks> == 0)
                if (queries.empty())
                    return in_blocks<content_format::link_format>(r, constant_body{self.document.view(), self.tag});
            return serve_rendered(self, r, queries);
        }

    private:
        // The response overwrites the request, but its links depend on the queries, so they are kept. A layer may have
        // left too little space for them.
        static reply serve_rendered(const filtered_discovery& self, const request& r, bytes queries) {
            const bytes kept = r.move_behind_reply(queries);
            if (kept.size() != queries.size()) return code::internal_server_error;
            const generated_body links{filtered_document<filtered_discovery>{&self, kept}};
            const generated_block block = generate_block<default_max_age>(r, links);
            if (block.plan.all.size == 0 && r.multicast()) return code::not_found;
            return generated_reply<default_max_age>(static_format<content_format::link_format>{}, block, code::content);
        }
    };
    using methods = method_list<get>;
};

template <typename Entries>
struct filtered_discovery_of;
template <typename... Entries>
struct filtered_discovery_of<entry_list<Entries...>> {
    using type = filtered_discovery<document_capacity(entry_list<Entries...>{}),
                                    decltype(collect_run_time_links(std::declval<const Entries&>()...))>;
};

struct filtered {
    template <typename Entries>
    using type = typename filtered_discovery_of<Entries>::type;
};

}  // namespace detail

inline constexpr auto filtered_well_known_core = at<".well-known/core">(detail::unbound_discovery<detail::filtered>{});

}  // namespace mincoap
