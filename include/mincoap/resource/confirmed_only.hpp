// Resources for those who are known to receive at the address that they send from (RFC 9175 §2.3): what a forged or a
// delayed request must not set in motion.
//
//     at<"gate">(value(is_open), confirmed_only(put(open)))
//
// The server has an `echo_guard`, which answers others with 4.01 and an Echo option; the resource is not called.
// Without the guard nobody is ever confirmed. It shows where a request comes from and that it was sent within the last
// two minutes, not who sent it: for that, there is nothing yet.
#pragma once

#include <mincoap/resource/discovery/link.hpp>

namespace mincoap {

template <resource Resource>
struct confirmed_only_resource : linkable<confirmed_only_resource<Resource>> {
    Resource target;

    constexpr explicit confirmed_only_resource(Resource t) : target(t) {}

    // In discovery it is what it is around; see filtered_well_known_core.
    void links(auto& to) const
        requires requires { target.links(to); }
    {
        target.links(to);
    }

    template <typename Method>
    struct if_confirmed : Method {
        static reply serve(const confirmed_only_resource& self, const request& r) {
            if (!r.confirmed()) return code::unauthorized;
            return Method::serve(self.target, r);
        }
    };
    using methods = each_method<if_confirmed, Resource>;
};

template <resource Resource>
constexpr auto confirmed_only(Resource target) {
    return confirmed_only_resource<Resource>{target};
}
template <typename Resource, std::size_t Capacity>
constexpr auto confirmed_only(described<Resource, Capacity> target) {
    return confirmed_only(detail::refuse_attributes(target));
}

}  // namespace mincoap
