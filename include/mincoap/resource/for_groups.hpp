// Resources that requests by multicast reach (RFC 7252 §8, §11.3; RFC 10020 §6.3).
//
//     at<"temperature">(for_groups(value(read_temperature)))
//
// A resource without it answers requests to its own address only: a request by multicast or broadcast is left without
// an answer, and nothing is carried out. GET of /.well-known/core needs no mark. A client that is meant by none of the
// group's members is not told, and neither is any error (§8.2).
#pragma once

#include <mincoap/resource/discovery/link.hpp>

namespace mincoap {

template <resource Resource>
struct group_resource : linkable<group_resource<Resource>> {
    Resource target;

    constexpr explicit group_resource(Resource t) : target(t) {}

    // In discovery it is what it is around; see filtered_well_known_core.
    void links(auto& to) const
        requires requires { target.links(to); }
    {
        target.links(to);
    }

    template <typename Method>
    struct also_by_multicast : Method {
        static constexpr option_set accepted_options = Method::accepted_options | demand::multicast;
        static reply serve(const group_resource& self, const request& r) { return Method::serve(self.target, r); }
    };
    using methods = each_method<also_by_multicast, Resource>;
};

template <resource Resource>
constexpr auto for_groups(Resource target) {
    return group_resource<Resource>{target};
}
template <typename Resource, std::size_t Capacity>
constexpr auto for_groups(described<Resource, Capacity> target) {
    return for_groups(detail::refuse_attributes(target));
}

}  // namespace mincoap
