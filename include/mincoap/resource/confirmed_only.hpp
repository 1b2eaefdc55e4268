// A resource that serves only clients whose address is confirmed (RFC 9175 §2.3). It keeps forged and delayed requests
// from having an effect.
//
//     at<"gate">(value(is_open), confirmed_only(put(open)))
//
// The server needs an `echo_guard`, which answers other requests with 4.01 and an Echo option. The resource is not
// called then. Without the guard, no address is ever confirmed. The guard shows that the client receives at its address
// and sent the request within the last two minutes. It does not show the client's identity: mincoap has no means for
// that yet.
#pragma once

#include <mincoap/resource/wrapper.hpp>

namespace mincoap {

template <resource Resource>
struct confirmed_only_resource : wrapper<Resource> {
    template <typename Method>
    struct if_confirmed : Method {
        static reply serve(const confirmed_only_resource& self, const request& r) {
            if (!r.confirmed()) return code::unauthorized;
            return Method::serve(self.target, r);
        }
    };
    using methods = each_method<if_confirmed, Resource>;
};

// Returns the resource, which answers 4.01 until the client's address is confirmed.
template <resource Resource>
[[nodiscard]] constexpr auto confirmed_only(Resource target) {
    return confirmed_only_resource<Resource>{{target}};
}

}  // namespace mincoap
