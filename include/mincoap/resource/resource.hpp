// What can stand in `routes`: a resource, made of methods.
//
// For those who write a kind of resource: a resource is a small value with a list of methods,
//
//     struct lamp {
//         struct get : mincoap::method<code::get> {
//             static constexpr format_option consumes = content_format::text_plain;  // optional, as all of `method`
//             static mincoap::reply serve(const lamp& self, const mincoap::request& request);
//         };
//         using methods = mincoap::method_list<get>;
//     };
//
// and `routes` answers all that a method does not say it takes, before `serve` is called.
#pragma once

#include <mincoap/handler/handler.hpp>

namespace mincoap {

// How many seconds a response may be cached for if it does not say it by Max-Age (RFC 7252 §5.10.5).
inline constexpr std::uint32_t default_max_age = 60;

// What a method of a resource takes, as a base to inherit from. Overwrite what differs.
template <code... Methods>
struct method {
    static constexpr method_set methods = static_cast<method_set>((set_of(Methods) | ...));

    // The format of the payloads it takes, if it says one: another Content-Format is answered with 4.15 (RFC 7252
    // §5.9.2.11).
    static constexpr format_option consumes{};

    // The format of what it answers with, if it says one: for `negotiated`, which chooses by it.
    static constexpr format_option produces{};

    // The critical options it looks at: any other one is answered with 4.02 (RFC 7252 §5.4.1). With
    // `demand::multicast`, it also
    // answers requests by multicast; see for_groups.hpp.
    static constexpr option_set accepted_options = 0;
};

template <typename... Methods>
struct method_list {};

template <typename R>
concept resource = requires { typename R::methods; };

namespace detail {

// A method of a function that is handed what a wildcard took, and one that leads to another site. They tell so
// themselves, also from within a resource around theirs.
template <typename Method>
concept capturing = requires { requires Method::needs_wildcard; };
template <typename Method>
concept routing = requires { requires Method::finds_paths; };

// All critical options that are understood of a request for that method. GET and FETCH can be asked for any block
// (RFC 7959 §2.4): the server cuts it out of the response, see server/blocks.hpp.
template <typename Method>
inline constexpr option_set accepted_by =
    Method::accepted_options | accepted_by_server |
    ((Method::methods & ~(set_of(code::get) | set_of(code::fetch))) == 0 ? demand::later_block : option_set{0});

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

// A resource with links that are known at run time, see filtered_well_known_core.
template <typename Resource, typename To>
concept linking_to = requires(const Resource& r, To& to) { r.links(to); };

// Returns whether there are any to put.
template <typename Resource, typename To>
bool put_links(const Resource& of, To& to) {
    if constexpr (linking_to<Resource, To>) of.links(to);
    return linking_to<Resource, To>;
}

}  // namespace detail

// The methods of a resource, each changed: for a resource around another one.
template <template <typename> typename Changed, resource Resource>
using each_method = typename detail::each_of<Changed, typename Resource::methods>::type;

}  // namespace mincoap
