// A resource, for `routes`: a small value with a list of methods.
//
//     struct lamp {
//         struct get : mincoap::method<code::get> {
//             static constexpr format_option consumes = content_format::text_plain;  // if it differs from `method`
//             static mincoap::reply serve(const lamp& self, const mincoap::request& request);
//         };
//         using methods = mincoap::method_list<get>;
//     };
//
// `routes` calls `serve` only with requests that fit the members of the method. It answers all others itself.
#pragma once

#include <mincoap/handler/handler.hpp>

namespace mincoap {

class link_writer;

// How many seconds a response without Max-Age may be cached (RFC 7252 §5.10.5).
inline constexpr std::uint32_t default_max_age = 60;

// The base of a method of a resource, for one or more request methods. A method redefines the members that differ.
template <code... Methods>
struct method {
    static_assert(sizeof...(Methods) != 0 && ((code::get <= Methods && Methods <= code::ipatch) && ...),
                  "mincoap: a method is for one or more request methods, as in method<code::get, code::fetch>");

    static constexpr method_set methods = static_cast<method_set>((set_of(Methods) | ...));

    // The Content-Format of the payloads that the method takes. Another one is answered with 4.15 (RFC 7252 §5.9.2.11).
    // The default takes any.
    static constexpr format_option consumes{};

    // The Content-Format of the responses, by which `negotiated` chooses. The default is not known.
    static constexpr format_option produces{};

    // The critical options that the method handles. Any other one is answered with 4.02 (RFC 7252 §5.4.1). With
    // `demand::multicast`, the method also serves requests by multicast; see for_groups.hpp.
    static constexpr option_set accepted_options = 0;
};

template <typename... Methods>
struct method_list {};

template <typename R>
concept resource = requires { typename R::methods; };

// A resource with links that are known only at run time; see filtered_well_known_core.hpp.
template <typename R>
concept has_links = requires(const R& r, link_writer& to) { r.links(to); };

namespace detail {

// In place of a mistake, behind its assertion, so that no other errors follow.
struct no_resource {
    using methods = method_list<>;
};

// ---- Lists of methods

template <template <typename> typename Changed, typename List>
struct each_of;
template <template <typename> typename Changed, typename... Methods>
struct each_of<Changed, method_list<Methods...>> {
    using type = method_list<Changed<Methods>...>;
};

template <typename... Lists>
struct joined;
template <typename List>
struct joined<List> {
    using type = List;
};
template <typename... A, typename... B, typename... Lists>
struct joined<method_list<A...>, method_list<B...>, Lists...> : joined<method_list<A..., B...>, Lists...> {};

// Writes the links of a resource if it has such a function. Returns whether it has.
template <typename Resource>
bool put_links(const Resource& of, link_writer& to) {
    if constexpr (has_links<Resource>) of.links(to);
    return has_links<Resource>;
}

}  // namespace detail

// The methods of a resource, each changed, for a resource that wraps another one.
template <template <typename> typename Changed, resource Resource>
using each_method = typename detail::each_of<Changed, typename Resource::methods>::type;

}  // namespace mincoap
