// A function for a method: `at<"time">(get(read_clock))`.
//
// The function is `reply(const request&)`, or takes nothing, and is a plain function or a lambda. Its contract is that
// of a handler. At a path with a wildcard it may be `reply(const request&, std::string_view)`, which is handed the
// segment that the first wildcard took, a view into the request: `at<"lamps/*">(get(read_lamp))`.
//
// What it takes beyond a bare request has to be said:
//
//     put(store).consumes<content_format::cbor>()       another Content-Format: 4.15; for FETCH,
//                                                       PATCH and iPATCH none as well (RFC 8132 §2.3.1, §3)
//     get(search).accepts_option<option::uri_query>()      otherwise a request with a query is answered with 4.02
//     get(encode).produces<content_format::cbor>()      what it answers with, for who chooses: see negotiated.hpp
#pragma once

#include <mincoap/resource/resource.hpp>

namespace mincoap {

namespace detail {

// What a function may take. Of one that can be called in several ways, the first counts.
template <typename F>
concept takes_request = std::is_invocable_r_v<reply, const F&, const request&>;
template <typename F>
concept takes_segment = !takes_request<F> && std::is_invocable_r_v<reply, const F&, const request&, std::string_view>;
template <typename F>
concept takes_nothing = std::is_invocable_r_v<reply, const F&>;

// At a path with a wildcard: what the first one took. (Not by way of `segments`, which is larger.)
inline std::string_view captured_segment(const request& r) {
    message::option_reader segment{r.path_begin, r.path_end};
    segment.next();
    return as_text(segment.value());
}

template <typename Method, content_format Format>
struct consuming : Method {
    static constexpr format_option consumes = Format;
};
template <typename Method, content_format Format>
struct producing : Method {
    static constexpr format_option produces = Format;
};
template <typename Method, option_set Options>
struct understanding : Method {
    static constexpr option_set accepted_options = Method::accepted_options | Options;
};

}  // namespace detail

template <typename F, typename Method>
struct method_function {
    F function;

    static_assert(detail::takes_request<F> || detail::takes_segment<F> || detail::takes_nothing<F>,
                  "mincoap: the function of a method is reply(const request&) or reply(), and callable as const; at a "
                  "path with a wildcard it may be reply(const request&, std::string_view)");

    constexpr explicit method_function(F f) : function(f) {}

    template <content_format Format>
    constexpr auto consumes() const {
        static_assert(static_cast<unsigned>(Format) != 0xffff, "mincoap: Content-Format 65535 cannot be named here");
        return method_function<F, detail::consuming<Method, Format>>{function};
    }

    template <content_format Format>
    constexpr auto produces() const {
        static_assert(static_cast<unsigned>(Format) != 0xffff, "mincoap: Content-Format 65535 cannot be named here");
        return method_function<F, detail::producing<Method, Format>>{function};
    }

    template <option... Critical>
    constexpr auto accepts_option() const {
        static_assert(((is_critical(Critical) && Critical <= option::proxy_scheme) && ...),
                      "mincoap: only critical options up to 39 can be named; others, in a handler given to forward()");
        return method_function<F, detail::understanding<Method, (set_of(Critical) | ...)>>{function};
    }

    struct call : Method {
        static constexpr bool needs_wildcard = detail::takes_segment<F>;
        static reply serve(const method_function& self, const request& r) {
            if constexpr (detail::takes_request<F>) return self.function(r);
            else if constexpr (detail::takes_segment<F>) return self.function(r, detail::captured_segment(r));
            else return self.function();
        }
    };
    using methods = method_list<call>;
};

constexpr auto get(auto function) { return method_function<decltype(function), method<code::get>>{function}; }
constexpr auto post(auto function) { return method_function<decltype(function), method<code::post>>{function}; }
constexpr auto put(auto function) { return method_function<decltype(function), method<code::put>>{function}; }
constexpr auto delete_(auto function) { return method_function<decltype(function), method<code::delete_>>{function}; }
constexpr auto fetch(auto function) { return method_function<decltype(function), method<code::fetch>>{function}; }
constexpr auto patch(auto function) { return method_function<decltype(function), method<code::patch>>{function}; }
constexpr auto ipatch(auto function) { return method_function<decltype(function), method<code::ipatch>>{function}; }

}  // namespace mincoap
