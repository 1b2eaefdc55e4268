// A resource that may be absent.
#pragma once

#include <optional>

#include <mincoap/resource/discovery/link.hpp>

namespace mincoap {

template <resource Resource>
struct optional_resource : linkable<optional_resource<Resource>> {
    const std::optional<Resource>* target;

    constexpr explicit optional_resource(const std::optional<Resource>& t) : target(&t) {}

    // In discovery it is what it is around, while that is there; see filtered_well_known_core.
    void links(auto& to) const
        requires requires { (*target)->links(to); }
    {
        if (target->has_value()) (*target)->links(to);
    }

    template <typename Method>
    struct if_present : Method {
        static reply serve(const optional_resource& self, const request& r) {
            if (!self.target->has_value()) return code::not_found;
            return Method::serve(**self.target, r);
        }
    };
    using methods = each_method<if_present, Resource>;
};

// The resource while there is one, otherwise 4.04. It may come and go between two requests; `target` outlives the site.
template <resource Resource>
constexpr auto optional(const std::optional<Resource>& target) {
    return optional_resource<Resource>{target};
}
template <typename Resource, std::size_t Capacity>
constexpr auto optional(const std::optional<described<Resource, Capacity>>& target) {
    return detail::refuse_attributes(*target);
}
template <resource Resource>
constexpr auto optional(const std::optional<Resource>&&) = delete;  // it would not outlive the expression

}  // namespace mincoap
