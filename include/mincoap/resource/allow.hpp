// Resources for clients with a security context (RFC 8613). The server needs the layer `oscore`; without
// it, there are no such clients.
//
//     at<"door">(protected_only(put(open_door))).osc()
//
//     struct admins_write {
//         static bool allows(const request& r) {
//             return r.method() == code::get || (r.peer() && r.peer()->tag == admin);
//         }
//     };
//     at<"limit">(allow<admins_write>(value(limit)))
//
// A plain request that is not allowed gets 4.01, and a protected one 4.03. The resource is not called.
#pragma once

#include <concepts>

#include <mincoap/resource/wrapper.hpp>

namespace mincoap {

// A class with a static function that says whether a request may use a resource. It sees each method.
template <typename P>
concept access_policy = requires(const request& r) {
    { P::allows(r) } -> std::same_as<bool>;
};

template <access_policy Policy, resource Resource>
struct allowed_resource : wrapper<Resource> {
    template <typename Method>
    struct if_allowed : Method {
        static reply serve(const allowed_resource& self, const request& r) {
            if (Policy::allows(r)) return Method::serve(self.target, r);
            return r.peer() ? code::forbidden : code::unauthorized;
        }
    };
    using methods = each_method<if_allowed, Resource>;
};

// Returns the resource, which serves only the requests that the policy allows.
template <typename Policy, resource Resource>
[[nodiscard]] constexpr auto allow(Resource target) {
    static_assert(access_policy<Policy>, "mincoap: a policy has a function static bool allows(const request&)");
    if constexpr (access_policy<Policy>) return allowed_resource<Policy, Resource>{{target}};
    else return target;
}

struct any_peer {
    static bool allows(const request& r) { return r.peer().has_value(); }
};

// Returns the resource, which serves only protected requests.
template <resource Resource>
[[nodiscard]] constexpr auto protected_only(Resource target) {
    return allow<any_peer>(target);
}

}  // namespace mincoap
