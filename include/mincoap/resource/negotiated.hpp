// Content negotiation (RFC 7252 §5.10.3, §5.10.4): one resource in several formats.
//
//     at<"temperature">(negotiated(value(read_temperature),  // text/plain
//                                  get(as_cbor).produces<content_format::cbor>(),
//                                  put(take_cbor).consumes<content_format::cbor>()))
//
// Any resources can be alternatives. A request is served by the first alternative that has the method, takes the
// request's Content-Format and produces the format that Accept asks for. An alternative without a format matches any
// request, and a request without a format matches any alternative. So the first alternative is the default, and one
// without `produces` is a last resort that comes last.
//
// A request that fits no alternative is answered with 4.15 or 4.06 before any handler runs. The diagnostic payload
// lists the possible formats: "0 60". Only formats decide which alternative is chosen. If it does not accept a critical
// option of the request, the answer is 4.02, even if another alternative accepts the option.
#pragma once

#include <array>

#include <mincoap/resource/discovery/attributes.hpp>
#include <mincoap/resource/entry.hpp>
#include <mincoap/resource/method_info.hpp>

namespace mincoap {
namespace detail {

// A method of one of the resources.
struct alternative {
    serve_function serve;
    option_set accepted_options;
    std::uint16_t consumes;  // format_option::encoded; 0 is any format
    std::uint16_t produces;  // likewise
};

// The alternatives for a request method, in the order in which they are tried.
struct choice {
    std::span<const alternative> alternatives;
    option_set accepted_options;  // the options that at least one of them accepts
    std::string_view consumes;    // "0 60"
    std::string_view produces;
};

// ---- At run time

[[nodiscard]] constexpr bool produces_format(std::uint16_t produces, format_option wanted) {
    return produces == 0 || wanted.is_absent() || wanted.encoded() == produces;
}

// Serves the request by one of the alternatives. `resources` is passed to their functions. The
// request has no other critical options than those in `accepted_options`, and those that a resource
// around this one has handled.
[[nodiscard]] inline reply negotiate(const choice& from, const void* resources, const request& r) {
    code error = code::unsupported_content_format;
    const std::string_view* possible = &from.consumes;
    for (const alternative& a : from.alternatives) {
        if (!takes_format(a.consumes, r)) continue;
        if (produces_format(a.produces, r.accept)) {
            if ((r.critical_options & from.accepted_options & ~a.accepted_options) != 0) return code::bad_option;
            return a.serve(resources, r);
        }
        error = code::not_acceptable;
        possible = &from.produces;
    }
    // RFC 7252 §5.9.2.7 has 4.06 without a representation. A diagnostic payload (§5.5.2) is none.
    return {error, {}, *possible};
}

// ---- At compile time: the alternatives of a type of resources, from their methods as data

[[nodiscard]] constexpr std::size_t count_methods(std::span<const method_info> methods, method_set requests) {
    std::size_t count = 0;
    for (const method_info& m : methods) count += (m.methods & requests) != 0 ? 1 : 0;
    return count;
}

// Returns whether each alternative can be chosen. One cannot if an alternative before it matches the same requests.
[[nodiscard]] constexpr bool can_all_be_chosen(std::span<const alternative> all) {
    for (std::size_t i = 0; i < all.size(); ++i)
        for (const alternative& a : all.first(i))
            if ((a.consumes == 0 || a.consumes == all[i].consumes) &&
                (a.produces == 0 || a.produces == all[i].produces))
                return false;
    return true;
}

// Returns the formats that alternatives consume or produce, each once: "0 60".
template <std::size_t N>
[[nodiscard]] constexpr link_text<6 * N> list_formats(const std::array<alternative, N>& all,
                                                      std::uint16_t alternative::* format) {
    link_text<6 * N> text;
    for (std::size_t i = 0; i < N; ++i) {
        bool is_listed = all[i].*format == 0;
        for (std::size_t j = 0; j < i; ++j) is_listed = is_listed || all[j].*format == all[i].*format;
        if (is_listed) continue;
        if (text.size != 0) text.append(" ");
        text.append(all[i].*format - std::uint32_t{1});
    }
    return text;
}

// The characters of a text, without its spare room.
template <link_text Text>
inline constexpr auto characters_of = [] {
    link_text<Text.size> exact;
    exact.append(Text.view());
    return exact.characters;
}();
template <link_text Text>
inline constexpr std::string_view constant_text{characters_of<Text>.data(), Text.size};

// The alternatives for some request methods.
template <typename Resources, method_set Requests>
struct alternatives_for {
    using methods = methods_as_data<Resources>;
    static constexpr std::size_t size = count_methods(methods::all, Requests);
    static constexpr std::array<alternative, size> all = [] {
        std::array<alternative, size> found{};
        alternative* to = found.data();
        for (std::size_t i = 0; i < methods::size; ++i) {
            const method_info& m = methods::all[i];
            if ((m.methods & Requests) != 0) *to++ = {m.serve, m.accepted_options, m.consumes, methods::produces[i]};
        }
        return found;
    }();
    static constexpr std::string_view consumes = constant_text<list_formats(all, &alternative::consumes)>;
    static constexpr std::string_view produces = constant_text<list_formats(all, &alternative::produces)>;

    static constexpr choice as_choice = [] {
        choice made{all, 0, consumes, produces};
        for (const alternative& a : all) made.accepted_options |= a.accepted_options;
        return made;
    }();
};

// ---- The methods of the resource, one for each request method that an alternative has

template <typename Resources, code Request>
struct negotiated_method : method<Request> {
    using alternatives = alternatives_for<Resources, set_of(Request)>;
    static_assert(can_all_be_chosen(alternatives::all),
                  "mincoap: an alternative is never chosen, since one before it matches the same requests; tell them "
                  "apart by .consumes<...>() and .produces<...>()");

    static constexpr option_set accepted_options = alternatives::as_choice.accepted_options;
    static constexpr bool needs_wildcard = alternatives::methods::needs_wildcard;
    static constexpr bool finds_paths = alternatives::methods::finds_paths;
    static reply serve(const auto& self, const request& r) {
        return negotiate(alternatives::as_choice, &self.resources, r);
    }
};

template <typename Resources, code... Requests>
using negotiated_methods =
    typename joined<std::conditional_t<count_methods(methods_as_data<Resources>::all, set_of(Requests)) != 0,
                                       method_list<negotiated_method<Resources, Requests>>, method_list<>>...>::type;

}  // namespace detail

template <resource... Resources>
struct negotiated_resource {
    using together = detail::together<Resources...>;
    using methods = detail::negotiated_methods<together, code::get, code::post, code::put, code::delete_, code::fetch,
                                               code::patch, code::ipatch>;

    together resources;

    // Links that are known at run time: those of the first alternative that may have some. The alternatives are one
    // resource, so that another one has the same links.
    void links(link_writer& to) const
        requires(has_links<Resources> || ...)
    {
        [&]<std::size_t... Indices>(std::index_sequence<Indices...>) {
            (detail::put_links(detail::leaf_at<Indices>(resources), to) || ...);
        }(std::index_sequence_for<Resources...>{});
    }

    // The formats of all alternatives, such as "0 60", for `at<...>(negotiated(...)).ct()`.
    [[nodiscard]] static constexpr std::string_view produced_formats() {
        return detail::alternatives_for<together, 0xff>::produces;
    }
};

template <typename... Resources>
[[nodiscard]] constexpr auto negotiated(Resources... alternatives) {
    constexpr bool are_resources = sizeof...(Resources) != 0 && (resource<Resources> && ...);
    static_assert(are_resources,
                  "mincoap: each alternative is a resource: value(x), text(\"...\"), get(f) or another method");
    if constexpr (are_resources) return negotiated_resource<Resources...>{{{{alternatives}...}}};
    else return detail::no_resource{};
}

}  // namespace mincoap
