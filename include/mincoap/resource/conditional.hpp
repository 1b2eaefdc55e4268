// Conditional requests (RFC 7252 §5.10.8): change it only if it is what I think it is.
//
//     at<"config">(conditional(version, value(setting)))
#pragma once

#include <concepts>
#include <optional>

#include <mincoap/message/etag.hpp>
#include <mincoap/resource/discovery/link.hpp>

namespace mincoap {

// Whether the If-Match and If-None-Match of a request, however many, hold for what is there: its entity-tag, or none if
// nothing is there. If they do not, the answer is 4.12.
inline bool precondition_holds(const request& r, const std::optional<etag>& current) {
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

// What has been dealt with is nothing that anybody else has to understand.
inline request without_conditions(request r) {
    r.critical_options &= ~conditional_options;
    return r;
}

}  // namespace detail

template <typename Current, resource Resource>
struct conditional_resource : linkable<conditional_resource<Current, Resource>> {
    Current current;
    Resource target;

    constexpr conditional_resource(Current c, Resource t) : current(c), target(t) {}

    // In discovery it is what it is around; see filtered_well_known_core.
    void links(auto& to) const
        requires requires { target.links(to); }
    {
        target.links(to);
    }

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

// The resource, whose methods understand If-Match and If-None-Match. `current` gives the entity-tag of what is there:
// an etag, or a std::optional of one with nothing in it if nothing is there. Then a GET or a FETCH is answered with
// 4.04, and a PUT that makes it with 2.01 in place of a bare 2.04 (RFC 7252 §5.8.1, §5.8.3).
//
// It alone counts: the resource finds neither option in `request::critical_options`. What would hold them against a tag
// of its own, as `record` and `put_blocks` do, leaves that to this one, and what would refuse them, as another site or some of
// several negotiated formats may, is given the request.
template <typename Current, resource Resource>
    requires std::is_invocable_r_v<std::optional<etag>, const Current&>
constexpr auto conditional(Current current, Resource target) {
    return conditional_resource<Current, Resource>{current, target};
}
template <typename Current, typename Resource, std::size_t Capacity>
constexpr auto conditional(Current current, described<Resource, Capacity> target) {
    return conditional(current, detail::refuse_attributes(target));
}

}  // namespace mincoap
