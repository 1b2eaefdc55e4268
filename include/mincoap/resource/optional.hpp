// A resource that may be absent.
#pragma once

#include <optional>

#include <mincoap/resource/resource.hpp>

namespace mincoap {

template <resource Resource>
struct optional_resource {
    const std::optional<Resource>* target;

    // The links of the target while it is present.
    void links(link_writer& to) const
        requires has_links<Resource>
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

// Returns a resource that serves `target` while it has a value and answers 4.04 otherwise. The value may appear and
// disappear between two requests. `target` must outlive the site.
template <resource Resource>
[[nodiscard]] constexpr auto optional(const std::optional<Resource>& target) {
    return optional_resource<Resource>{&target};
}
template <resource Resource>
constexpr auto optional(const std::optional<Resource>&&) = delete;  // it would not outlive the expression

}  // namespace mincoap
