// Content negotiation (RFC 7252 §5.10.3, §5.10.4): one resource in several formats.
//
//     at<"temperature">(negotiated(value(read_temperature),  // text/plain
//                                  get(as_cbor).produces<content_format::cbor>(),
//                                  put(take_cbor).consumes<content_format::cbor>()))
//
// Any resources can be alternatives. Of those that have the method, the first one is chosen that takes the
// Content-Format of the request and produces what its Accept asks for. An alternative that names no format fits every
// one, and a request that names none is fit by every alternative: so the first one answers who does not care, and one
// without `produces` is a last resort, behind those that have it.
//
// Where none fits, the answer is 4.15 or 4.06, before any of them acts, with the formats that are possible for the
// method as its diagnostic payload: "0 60". The choice goes by formats alone: a critical option that only others
// understand is answered with 4.02.
//
// Links that are known at run time are those of the first one that may have some, see filtered_well_known_core: the
// alternatives are one resource, so that another one would tell the same again.
#pragma once

#include <array>
#include <tuple>

#include <mincoap/resource/discovery/link.hpp>
#include <mincoap/resource/method_info.hpp>

namespace mincoap {
namespace detail {

// A method of one of the resources, in a tuple of them.
struct alternative {
    std::uint16_t consumes;  // format_option::encoded, both
    std::uint16_t produces;
    option_set accepted_options;
    reply (*serve)(const void* resources, const request& r);
};

// All alternatives for a request method.
struct choice {
    std::span<const alternative> all;
    option_set accepted_options;  // what at least one of them does
    std::string_view consumes;    // "0 60"
    std::string_view produces;
};

constexpr bool fits(std::uint16_t format, format_option wanted) {
    return format == 0 || wanted.is_absent() || wanted.encoded() == format;
}

// Only options that another alternative understands are looked at: the others were refused or dealt with before.
inline reply negotiate(const choice& from, const void* resources, const request& r) {
    code refused = code::unsupported_content_format;
    const std::string_view* possible = &from.consumes;
    for (const alternative& a : from.all) {
        if (!is_in_format(a.consumes, r)) continue;
        if (fits(a.produces, r.accept)) {
            if ((r.critical_options & from.accepted_options & ~a.accepted_options) != 0) return code::bad_option;
            return a.serve(resources, r);
        }
        refused = code::not_acceptable;
        possible = &from.produces;
    }
    // A diagnostic payload (RFC 7252 §5.5.2) is no representation, and so not the entity that 4.06 is said not to have
    // (§5.9.2.7).
    return {refused, {}, *possible};
}

// All methods of a tuple of resources.
template <typename Resources>
struct methods_of;
template <typename... Resources>
struct methods_of<std::tuple<Resources...>> : joined<typename Resources::methods...> {};

template <method_set Requests, typename Method>
inline constexpr bool serves = (Method::methods & Requests) != 0;

template <method_set Requests, typename... Methods>
constexpr std::size_t count_serving(method_list<Methods...>) {
    return (std::size_t{serves<Requests, Methods>} + ... + 0);
}

template <method_set Requests, typename Resources>
inline constexpr std::size_t alternative_count = count_serving<Requests>(typename methods_of<Resources>::type{});

template <std::size_t Index, typename Resources, typename Method>
reply serve_alternative(const void* resources, const request& r) {
    return Method::serve(std::get<Index>(*static_cast<const Resources*>(resources)), r);
}

template <std::size_t Index, typename Resources, typename Method>
constexpr alternative make_alternative() {
    constexpr format_option reserved{0xffff};
    static_assert(Method::consumes != reserved && Method::produces != reserved,
                  "mincoap: Content-Format 65535 cannot be named here");
    return {.consumes = static_cast<std::uint16_t>(Method::consumes.encoded()),
            .produces = static_cast<std::uint16_t>(Method::produces.encoded()),
            .accepted_options = accepted_by<Method>,
            .serve = &serve_alternative<Index, Resources, Method>};
}

template <method_set Requests, std::size_t Index, typename Resources, typename... Methods>
constexpr void add_alternatives(alternative*& to, method_list<Methods...>) {
    const auto add = [&to]<typename Method>(method_list<Method>) {
        if constexpr (serves<Requests, Method>) *to++ = make_alternative<Index, Resources, Method>();
    };
    (add(method_list<Methods>{}), ...);
}

// In the order in which they were given.
template <method_set Requests, typename Resources>
inline constexpr auto alternatives = []<std::size_t... Indices>(std::index_sequence<Indices...>) {
    std::array<alternative, alternative_count<Requests, Resources>> all{};
    alternative* to = all.data();
    (add_alternatives<Requests, Indices, Resources>(to, typename std::tuple_element_t<Indices, Resources>::methods{}),
     ...);
    return all;
}(std::make_index_sequence<std::tuple_size_v<Resources>>{});

// Whether each can be chosen: none before it fits whatever it fits.
constexpr bool can_all_be_chosen(std::span<const alternative> all) {
    for (std::size_t i = 0; i < all.size(); ++i)
        for (const alternative& a : all.first(i))
            if ((a.consumes == 0 || a.consumes == all[i].consumes) &&
                (a.produces == 0 || a.produces == all[i].produces))
                return false;
    return true;
}

// The formats that are named, each once: "0 60".
template <std::size_t N>
constexpr auto format_text(const std::array<alternative, N>& all, std::uint16_t alternative::* format) {
    link_text<6 * N> text;
    for (std::size_t i = 0; i < N; ++i) {
        bool is_told = all[i].*format == 0;
        for (std::size_t j = 0; j < i; ++j) is_told = is_told || all[j].*format == all[i].*format;
        if (is_told) continue;
        if (text.size != 0) text.append(" ");
        text.append(all[i].*format - std::uint32_t{1});
    }
    return text;
}

// The same without the room that is left.
template <method_set Requests, typename Resources, std::uint16_t alternative::* Format>
inline constexpr auto format_characters = [] {
    constexpr auto text = format_text(alternatives<Requests, Resources>, Format);
    link_text<text.size> exact;
    exact.append(text.view());
    return exact.characters;
}();

template <method_set Request, typename Resources, std::uint16_t alternative::* Format>
inline constexpr std::string_view formats_of{format_characters<Request, Resources, Format>.data(),
                                             format_characters<Request, Resources, Format>.size()};

constexpr option_set accepted_by_any(std::span<const alternative> all) {
    option_set understood = 0;
    for (const alternative& a : all) understood |= a.accepted_options;
    return understood;
}

template <method_set Request, typename Resources>
inline constexpr choice choice_of{alternatives<Request, Resources>, accepted_by_any(alternatives<Request, Resources>),
                                  formats_of<Request, Resources, &alternative::consumes>,
                                  formats_of<Request, Resources, &alternative::produces>};

// Whether one of them has such a method, as `routes` asks of all that stands at a path.
template <typename... Methods>
constexpr bool has_capturing(method_list<Methods...>) {
    return (capturing<Methods> || ...);
}
template <typename... Methods>
constexpr bool has_routing(method_list<Methods...>) {
    return (routing<Methods> || ...);
}

template <typename Resources, code Request>
struct negotiated_method : method<Request> {
    static_assert(can_all_be_chosen(alternatives<set_of(Request), Resources>),
                  "mincoap: an alternative is never chosen, since one before it fits all that it fits; a function says "
                  "its formats by .consumes<...>() and .produces<...>()");

    static constexpr option_set accepted_options = choice_of<set_of(Request), Resources>.accepted_options;
    static constexpr bool needs_wildcard = has_capturing(typename methods_of<Resources>::type{});
    static constexpr bool finds_paths = has_routing(typename methods_of<Resources>::type{});
    static reply serve(const auto& self, const request& r) {
        return negotiate(choice_of<set_of(Request), Resources>, &self.resources, r);
    }
};

// One for each request method that there is.
template <typename Resources, code... Requests>
using negotiated_methods =
    typename joined<std::conditional_t<alternative_count<set_of(Requests), Resources> != 0,
                                       method_list<negotiated_method<Resources, Requests>>, method_list<>>...>::type;

}  // namespace detail

template <resource... Resources>
struct negotiated_resource : linkable<negotiated_resource<Resources...>> {
    std::tuple<Resources...> resources;

    constexpr explicit negotiated_resource(Resources... all) : resources(all...) {}

    template <typename To>
        requires(detail::linking_to<Resources, To> || ...)
    void links(To& to) const {
        std::apply([&to](const auto&... each) { (detail::put_links(each, to) || ...); }, resources);
    }

    using methods = detail::negotiated_methods<std::tuple<Resources...>, code::get, code::post, code::put,
                                               code::delete_, code::fetch, code::patch, code::ipatch>;

    // All formats that it produces (RFC 7252 §7.2.1), before other attributes: `negotiated(...).ct().title("...")`.
    using linkable<negotiated_resource>::ct;
    constexpr auto ct() const {
        constexpr std::string_view formats =
            detail::formats_of<0xff, std::tuple<Resources...>, &detail::alternative::produces>;
        static_assert(!formats.empty(), "mincoap: none of these says what it produces");
        return this->template with<6 + formats.size()>(detail::attribute_named("ct"), [&](auto& link) {
            link.append(";ct=\"");
            link.append(formats);
            link.append("\"");
        });
    }
};

template <typename... Given>
constexpr auto negotiated(Given... alternatives) {
    return negotiated_resource{detail::refuse_attributes(alternatives)...};
}

}  // namespace mincoap
