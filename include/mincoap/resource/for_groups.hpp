// A resource that also answers requests by multicast (RFC 7252 §8, §11.3; RFC 10020 §6.3).
//
//     at<"temperature">(for_groups(value(read_temperature)))
//
// Any other resource ignores a request by multicast or broadcast: the server neither carries it out nor answers it. GET
// of /.well-known/core needs no mark. A multicast request for a path that no member of the group has gets no response,
// and neither does one that fails (§8.2).
#pragma once

#include <mincoap/resource/wrapper.hpp>

namespace mincoap {

template <resource Resource>
struct group_resource : wrapper<Resource> {
    template <typename Method>
    struct also_by_multicast : Method {
        static constexpr option_set accepted_options = Method::accepted_options | demand::multicast;
        static reply serve(const group_resource& self, const request& r) { return Method::serve(self.target, r); }
    };
    using methods = each_method<also_by_multicast, Resource>;
};

// Returns the resource, whose methods answer requests by multicast, too.
template <resource Resource>
[[nodiscard]] constexpr auto for_groups(Resource target) {
    return group_resource<Resource>{{target}};
}

}  // namespace mincoap
