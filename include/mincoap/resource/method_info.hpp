// The methods of a type of resource as data, made once per type. `routes`, `dynamic_routes` and `negotiated` make their
// tables of it.
#pragma once

#include <array>

#include <mincoap/resource/resource.hpp>

namespace mincoap::detail {

using serve_function = reply (*)(const void* resource, const request& r);

// One method of a resource.
struct method_info {
    serve_function serve;
    option_set accepted_options;
    std::uint16_t consumes;  // format_option::encoded; 0 is any format
    method_set methods;
};

// ---- The properties of a method. A method states some of them as a static member; without it, the default holds.

// The function of the method takes the segment that a wildcard matched.
template <typename Method>
inline constexpr bool method_needs_wildcard = requires { requires Method::needs_wildcard; };

// The method leads to another site.
template <typename Method>
inline constexpr bool method_finds_paths = requires { requires Method::finds_paths; };

// The method may handle blocks. A method that accepts every option may do so.
template <typename Method>
[[nodiscard]] constexpr bool method_has_blocks() {
    if constexpr (requires { Method::has_blocks; }) return Method::has_blocks;
    else return (Method::accepted_options & (demand::later_block | demand::part_of_body)) != 0;
}

// The method is known to take bodies in blocks.
template <typename Method>
[[nodiscard]] constexpr bool method_takes_blocks() {
    if constexpr (requires { Method::takes_blocks; }) return Method::takes_blocks;
    else
        return !accepts_every_option(Method::accepted_options) &&
               (Method::accepted_options & demand::part_of_body) != 0;
}

// The critical options that a request to the method may have. GET and FETCH accept a request for any block: the server
// cuts it out of the response (RFC 7959 §2.4), see server/blocks.hpp.
template <typename Method>
inline constexpr option_set accepted_by =
    Method::accepted_options | accepted_by_server |
    ((Method::methods & ~(set_of(code::get) | set_of(code::fetch))) == 0 ? demand::later_block : option_set{0});

// ---- Methods as data

// Serves a request by a method of a resource. The resource does not see the first `HiddenSize` bytes of the path.
template <typename Resource, typename Method, std::size_t HiddenSize>
[[nodiscard]] reply serve(const void* resource, const request& r) {
    const auto& self = *static_cast<const Resource*>(resource);
    if constexpr (HiddenSize == 0) {
        return Method::serve(self, r);
    } else {
        request rest = r;
        rest.path_begin += HiddenSize;
        return Method::serve(self, rest);
    }
}

template <typename Resource, typename Method>
concept serving_method = requires(const Resource& self, const request& r) {
    { Method::serve(self, r) } -> std::same_as<reply>;
};

// The mistakes in a method of a resource.
template <typename Resource, typename Method>
constexpr void check_method() {
    constexpr format_option reserved{0xffff};
    static_assert(serving_method<Resource, Method>,
                  "mincoap: a method of a resource has a function static reply serve(const Resource&, const request&)");
    static_assert(Method::consumes != reserved && Method::produces != reserved,
                  "mincoap: Content-Format 65535 is reserved; name another one in consumes or produces");
    static_assert(
        accepts_every_option(Method::accepted_options) || (Method::accepted_options & options_above_39) == 0,
        "mincoap: a method accepts critical options up to 39; for other options, give a handler to forward()");
}

template <typename Resource, typename Method, std::size_t HiddenSize>
[[nodiscard]] constexpr method_info info_of() {
    check_method<Resource, Method>();
    if constexpr (!serving_method<Resource, Method>) return {};
    else
        return {.serve = &serve<Resource, Method, HiddenSize>,
                .accepted_options = accepted_by<Method>,
                .consumes = static_cast<std::uint16_t>(Method::consumes.encoded()),
                .methods = Method::methods};
}

template <typename Resource, std::size_t HiddenSize = 0, typename List = typename Resource::methods>
struct methods_as_data;
template <typename Resource, std::size_t HiddenSize, typename... Methods>
struct methods_as_data<Resource, HiddenSize, method_list<Methods...>> {
    static constexpr std::size_t size = sizeof...(Methods);
    static constexpr std::array<method_info, size> all{info_of<Resource, Methods, HiddenSize>()...};

    // For `negotiated` only, and so not in method_info: the format that each method produces, as
    // format_option::encoded.
    static constexpr std::array<std::uint16_t, size> produces{
        static_cast<std::uint16_t>(Methods::produces.encoded())...};

    static constexpr bool needs_wildcard = (method_needs_wildcard<Methods> || ...);
    static constexpr bool finds_paths = (method_finds_paths<Methods> || ...);
    static constexpr bool has_blocks = (method_has_blocks<Methods>() || ...);
    static constexpr bool takes_blocks = (method_takes_blocks<Methods>() || ...);
};

// ---- The check of a request

// Returns whether a method that consumes that format, as format_option::encoded, takes the payload of the request. A
// request without a Content-Format fits any method, except with FETCH, PATCH and iPATCH, which must name one (RFC 8132
// §2.3.1, §3).
[[nodiscard]] constexpr bool takes_format(std::uint16_t consumes, const request& r) {
    if (consumes == 0 || r.content_format.encoded() == consumes) return true;
    return r.content_format.is_absent() && r.method() < code::fetch;
}

// Returns the error that the request gets in place of being served by `method`, a method_info or a row. Returns
// code::empty if it is served: 4.02 for a critical option that the method does not accept, 4.15 for a Content-Format
// that it does not take, and 4.00 for a later block of a response that has only one (RFC 7959 §2.2, §2.4).
template <bool HasBlocks>
[[nodiscard]] constexpr code why_not_served(const auto& method, const request& r) {
    const option_set not_accepted = r.critical_options & ~method.accepted_options;
    if constexpr (HasBlocks)
        if (not_accepted == demand::later_block) return code::bad_request;
    if (not_accepted != 0) return code::bad_option;
    return takes_format(method.consumes, r) ? code::empty : code::unsupported_content_format;
}

}  // namespace mincoap::detail
