// A function as a method: `at<"time">(get(read_clock))`.
//
// The function is `reply(const request&)` or `reply()`, plain or a lambda that is callable as const, and obeys the
// contract of a handler. At a path with a wildcard it may be `reply(const request&, std::string_view)`. It then also
// receives the segment that the first wildcard matched, as a view into the request: `at<"lamps/*">(get(read_lamp))`.
//
// Next to the function, declare each feature that it handles beyond a bare request:
//
//     put(store).consumes<content_format::cbor>()       another Content-Format gets 4.15; FETCH, PATCH and iPATCH
//                                                       must have one (RFC 8132 §2.3.1, §3)
//     get(search).accepts_option<option::uri_query>()   otherwise, a request with a query gets 4.02
//     get(encode).produces<content_format::cbor>()      the format of the response, see negotiated.hpp
#pragma once

#include <mincoap/resource/resource.hpp>

namespace mincoap {

namespace detail {

// The parameters of a function. If it can be called in several ways, the first one counts.
template <typename F>
concept takes_request = std::is_invocable_r_v<reply, const F&, const request&>;
template <typename F>
concept takes_segment = !takes_request<F> && std::is_invocable_r_v<reply, const F&, const request&, std::string_view>;
template <typename F>
concept takes_nothing = std::is_invocable_r_v<reply, const F&>;

// Returns the segment that the first wildcard matched: the resource does not see the path before it. (The function
// `segments` would do the same with more code.)
[[nodiscard]] inline std::string_view captured_segment(const request& r) {
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
struct accepting : Method {
    static constexpr option_set accepted_options = Method::accepted_options | Options;
};

}  // namespace detail

template <typename F, typename Method>
struct method_function {
    F function;

    static_assert(detail::takes_request<F> || detail::takes_segment<F> || detail::takes_nothing<F>,
                  "mincoap: the function of a method is reply(const request&) or reply(), returns a reply and is "
                  "callable as const; at a path with a wildcard it may be reply(const request&, std::string_view)");

    constexpr explicit method_function(F f) : function(f) {}

    // The Content-Format of the payloads that the function takes.
    template <content_format Format>
    [[nodiscard]] constexpr auto consumes() const {
        static_assert(Method::methods != set_of(code::get) && Method::methods != set_of(code::delete_),
                      "mincoap: GET and DELETE have no payload to consume; name the format of the response by "
                      ".produces<...>()");
        static_assert(Method::consumes.is_absent(),
                      "mincoap: a method consumes one format; give one method per format to negotiated(...)");
        return method_function<F, detail::consuming<Method, Format>>{function};
    }

    // The Content-Format of the responses.
    template <content_format Format>
    [[nodiscard]] constexpr auto produces() const {
        static_assert(Method::produces.is_absent(),
                      "mincoap: a method produces one format; give one method per format to negotiated(...)");
        return method_function<F, detail::producing<Method, Format>>{function};
    }

    // The critical options that the function handles.
    template <option... Critical>
    [[nodiscard]] constexpr auto accepts_option() const {
        static_assert((is_critical(Critical) && ...),
                      "mincoap: an option with an even number is elective and always accepted; name only critical "
                      "options");
        return method_function<F, detail::accepting<Method, (set_of(Critical) | ...)>>{function};
    }

    struct call : Method {
        static constexpr bool needs_wildcard = detail::takes_segment<F>;
        static reply serve(const method_function& self, const request& r) {
            if constexpr (detail::takes_request<F>) return self.function(r);
            else if constexpr (detail::takes_segment<F>) return self.function(r, detail::captured_segment(r));
            else if constexpr (detail::takes_nothing<F>) return self.function();
            else return code::empty;  // the assertion above has failed
        }
    };
    using methods = method_list<call>;
};

[[nodiscard]] constexpr auto get(auto function) {
    return method_function<decltype(function), method<code::get>>{function};
}
[[nodiscard]] constexpr auto post(auto function) {
    return method_function<decltype(function), method<code::post>>{function};
}
[[nodiscard]] constexpr auto put(auto function) {
    return method_function<decltype(function), method<code::put>>{function};
}
[[nodiscard]] constexpr auto delete_(auto function) {
    return method_function<decltype(function), method<code::delete_>>{function};
}
[[nodiscard]] constexpr auto fetch(auto function) {
    return method_function<decltype(function), method<code::fetch>>{function};
}
[[nodiscard]] constexpr auto patch(auto function) {
    return method_function<decltype(function), method<code::patch>>{function};
}
[[nodiscard]] constexpr auto ipatch(auto function) {
    return method_function<decltype(function), method<code::ipatch>>{function};
}

}  // namespace mincoap
