// Conditional requests (RFC 7252 §5.10.8): a client changes a resource only if no other
// client has changed it since.
//
//     at<"config">(conditional(version, value(setting)))
#pragma once

#include <concepts>
#include <optional>

#include <mincoap/message/etag.hpp>
#include <mincoap/resource/wrapper.hpp>

namespace mincoap {

// Checks all If-Match and If-None-Match options of a request. `current` is the entity-tag of the resource, or has no
// value if the resource does not exist. Returns false if the request must be answered with 4.12.
[[nodiscard]] inline bool precondition_holds(const request& r, const std::optional<etag>& current) {
    bool wants_match = false;
    bool matches = false;
    for (const message::option_view o : r.message.options()) {
        if (o.number == option::if_none_match && current) return false;
        if (o.number != option::if_match) continue;
        wants_match = true;
        matches = matches || (current && (o.value.empty() || current->matches(o.value)));
    }
    return matches || !wants_match;
}

inline constexpr option_set conditional_options = set_of(option::if_match) | set_of(option::if_none_match);

namespace detail {

// The options have been handled here. The inner resource need not accept them.
inline request without_conditions(request r) {
    r.critical_options &= ~conditional_options;
    return r;
}

}  // namespace detail

template <typename Current, resource Resource>
struct conditional_resource : wrapper<Resource> {
    Current current;

    template <typename Method>
    struct if_it_holds : Method {
        static constexpr option_set accepted_options = Method::accepted_options | conditional_options;
        static reply serve(const conditional_resource& self, const request& r) {
            if ((r.critical_options & conditional_options) != 0 && !precondition_holds(r, self.current()))
                return code::precondition_failed;
            if constexpr (!std::same_as<std::remove_cvref_t<std::invoke_result_t<const Current&>>, etag>)
                if (!std::optional<etag>{self.current()}) return serve_absent(self, r);
            return serve_target(self, r);
        }

    private:
        static reply serve_target(const conditional_resource& self, const request& r) {
            if constexpr ((Method::accepted_options & conditional_options) == 0) return Method::serve(self.target, r);
            else return Method::serve(self.target, detail::without_conditions(r));
        }
        static reply serve_absent(const conditional_resource& self, const request& r) {
            if (r.method() == code::get || r.method() == code::fetch) return code::not_found;
            const reply answer = serve_target(self, r);
            const bool makes_it = r.method() == code::put && answer.code() == code::changed && answer.is_bare();
            return makes_it ? code::created : answer;
        }
    };
    using methods = each_method<if_it_holds, Resource>;
};

// Returns the resource with methods that accept If-Match and If-None-Match. `current` is a function
// that returns the entity-tag of the resource as an etag, or as a std::optional<etag> without a
// value if the resource does not exist. In that case, GET and FETCH are answered with 4.04, and a
// PUT that creates the resource with 2.01 in place of a bare 2.04 (RFC 7252 §5.8.1, §5.8.3).
//
// Only `current` decides. The inner resource does not see either option in `request::critical_options`: a `record` or
// `put_blocks` does not compare them with its own tag, and another site or a negotiated format that does not accept
// them still receives the request.
template <typename Current, resource Resource>
    requires std::is_invocable_r_v<std::optional<etag>, const Current&>
[[nodiscard]] constexpr auto conditional(Current current, Resource target) {
    return conditional_resource<Current, Resource>{{target}, current};
}

}  // namespace mincoap
