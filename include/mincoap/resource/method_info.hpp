// The methods of a type of resource as data, made once per type.
#pragma once

#include <array>

#include <mincoap/resource/resource.hpp>

namespace mincoap::detail {

using serve_function = reply (*)(const void* resource, const request& r);

struct method_info {
    serve_function serve;
    option_set accepted_options;
    std::uint16_t consumes;  // format_option::encoded
    method_set methods;
};

// The resource does not see the first `HiddenSize` bytes of the path.
template <typename Resource, typename Method, std::size_t HiddenSize>
reply serve(const void* resource, const request& r) {
    const auto& self = *static_cast<const Resource*>(resource);
    if constexpr (HiddenSize == 0) {
        return Method::serve(self, r);
    } else {
        request rest = r;
        rest.path_begin += HiddenSize;
        return Method::serve(self, rest);
    }
}

// True if a method has to do with blocks, or may have, as a handler that checks for itself; and true if it is known to
// take bodies in blocks. A nested site tells both itself.
template <typename Method>
constexpr bool method_has_blocks() {
    if constexpr (requires { Method::has_blocks; }) return Method::has_blocks;
    else return (Method::accepted_options & (demand::later_block | demand::part_of_body)) != 0;
}
template <typename Method>
constexpr bool method_takes_blocks() {
    if constexpr (requires { Method::takes_blocks; }) return Method::takes_blocks;
    else
        return !accepts_every_option(Method::accepted_options) &&
               (Method::accepted_options & demand::part_of_body) != 0;
}

template <typename Resource, std::size_t HiddenSize = 0, typename List = typename Resource::methods>
struct methods_as_data;
template <typename Resource, std::size_t HiddenSize, typename... Methods>
struct methods_as_data<Resource, HiddenSize, method_list<Methods...>> {
    static_assert(((Methods::consumes != format_option{0xffff}) && ...),
                  "mincoap: Content-Format 65535 cannot be named here");
    static_assert(((accepts_every_option(Methods::accepted_options) ||
                    (Methods::accepted_options & options_above_39) == 0) &&
                   ...),
                  "mincoap: only critical options up to 39 can be named");

    static constexpr std::array<method_info, sizeof...(Methods)> all{
        {{.serve = &serve<Resource, Methods, HiddenSize>,
          .accepted_options = accepted_by<Methods>,
          .consumes = static_cast<std::uint16_t>(Methods::consumes.encoded()),
          .methods = Methods::methods}...}};
    static constexpr bool captures = (capturing<Methods> || ...);
    static constexpr bool finds_paths = (routing<Methods> || ...);
    static constexpr bool has_blocks = (method_has_blocks<Methods>() || ...);
    static constexpr bool takes_blocks = (method_takes_blocks<Methods>() || ...);
};

// True if a method of that Content-Format takes the request's payload. FETCH, PATCH and iPATCH, unlike the others, name
// the format of their payload (RFC 8132 §2.3.1, §3).
constexpr bool is_in_format(std::uint16_t consumes, const request& r) {
    const bool is_left_open = r.content_format.is_absent() && r.method() < code::fetch;
    return consumes == 0 || is_left_open || r.content_format.encoded() == consumes;
}

// Why the method cannot be given the request; `code::empty` if it can.
template <bool HasBlocks>
constexpr code refusal(const auto& method, const request& r) {
    const option_set unmet = r.critical_options & ~method.accepted_options;
    if constexpr (HasBlocks)
        if (unmet == demand::later_block) return code::bad_request;  // RFC 7959 §2.2, §2.4: there is one block only
    if (unmet != 0) return code::bad_option;
    return is_in_format(method.consumes, r) ? code::empty : code::unsupported_content_format;
}

}  // namespace mincoap::detail
