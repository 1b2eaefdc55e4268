// Discovery with filters (RFC 6690 §4.1), block by block: `GET /.well-known/core?rt=temp*`.
//
//     routes(at<"led">(value(led).rt("lamp")), filtered_well_known_core)
//
// Without a query it is the same constant in flash as that of `well_known_core`. Of several queries, all have to match.
// Where no link matches, the document is empty, and a request by multicast gets silence. For a block, the document is
// read once, and each attribute is compared with each query. More than `max_discovery_queries` queries are 4.00, and
// silence by multicast, too.
//
// Links below a prefix may come and go. A resource that has a
//
//     void links(link_writer& to) const;
//
// is asked for its links whenever the document is, once for a block. `confirmed_only`, `conditional` and `optional`
// hand on those of what they are around, `negotiated` those of its first alternative that has any.
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

constexpr bool has_too_many(bytes queries) {
    unsigned left = max_discovery_queries;
    message::option_reader reader{queries.data(), queries.data() + queries.size()};
    while (reader.next() == message::option_reader::step::option)
        if (left-- == 0) return true;
    return false;
}

// The part of an entry that is kept for its links at run time.
template <typename Entry, typename Resource>
struct linking {
    Resource resource;

    void write(bytes queries, body_writer& to) const {
        link_writer links{to, queries, reference_to<Entry>.view()};
        resource.links(links);
    }
};
template <typename Entry>
constexpr auto linking_of(const Entry& entry) {
    return linking<Entry, decltype(undescribed(entry.given))>{undescribed(entry.given)};
}

// Those of a path with a wildcard would begin with none.
template <typename Entry>
inline constexpr bool has_links =
    !Entry::has_wildcard && linking_to<decltype(undescribed(std::declval<typename Entry::given_type>())), link_writer>;

template <std::size_t N>
constexpr std::size_t count_true(const std::array<bool, N>& all) {
    std::size_t count = 0;
    for (const bool one : all) count += one ? 1U : 0U;
    return count;
}

// The indices of the entries that have links.
template <typename... Entries>
inline constexpr auto linking_indices = [] {
    constexpr std::array<bool, sizeof...(Entries)> links{has_links<Entries>...};
    std::array<std::size_t, count_true(links)> indices{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < links.size(); ++i)
        if (links[i]) indices[count++] = i;
    return indices;
}();

template <typename... Entries>
constexpr auto others_of(const Entries&... entries) {
    constexpr const auto& indices = linking_indices<Entries...>;
    if constexpr (indices.empty()) {
        return std::tuple<>{};
    } else {
        const leaves_of<const Entries&...> all{{entries}...};
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return std::tuple{linking_of(leaf_at<indices[I]>(all))...};
        }(std::make_index_sequence<indices.size()>{});
    }
}

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

// The links that all queries match.
template <typename Discovery>
struct matching_links {
    const Discovery* discovery;
    bytes queries;

    void operator()(body_writer& to) const {
        link_filter filter{queries};
        write_matching(discovery->document.view(), filter, to);
        std::apply([&](const auto&... others) { (others.write(queries, to), ...); }, discovery->others);
    }
};

template <std::size_t Capacity, typename Others>
struct filtered_discovery {
    link_text<Capacity> document;
    etag tag;
    [[no_unique_address]] Others others;  // whose links are known at run time

    constexpr filtered_discovery(const link_text<Capacity>& d, const auto&... entries)
        : document(d), tag(d.view()), others(others_of(entries...)) {}

    struct get : method<code::get> {
        static constexpr option_set accepted_options = set_of(option::uri_query) | set_of(option::block2) | to_group;

        static reply serve(const filtered_discovery& self, const request& r) {
            const bytes queries = encoded_options<option::uri_query>(r);
            if (has_too_many(queries)) return {code::bad_request, {}, std::string_view{"more than 8 queries"}};
            if constexpr (std::tuple_size_v<Others> == 0)
                if (queries.empty())
                    return in_blocks<content_format::link_format>(r, constant_body{self.document.view(), self.tag});
            // The links that are written over the request are found by its queries, which are kept. A layer may have
            // left no room for them.
            const bytes kept = r.keep(queries);
            if (kept.size() != queries.size()) return code::internal_server_error;
            const generated_body links{matching_links<filtered_discovery>{&self, kept}};
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
    using type = filtered_discovery<entry_list<Entries...>::link_capacity(),
                                    decltype(others_of(std::declval<const Entries&>()...))>;
};

struct filtered {
    template <typename Entries>
    using type = typename filtered_discovery_of<Entries>::type;
};

}  // namespace detail

inline constexpr auto filtered_well_known_core = at<".well-known/core">(detail::discovery_of_site<detail::filtered>{});

}  // namespace mincoap
