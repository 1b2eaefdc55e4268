// A site is constant; state belongs outside of it.
#include <mincoap/mincoap.hpp>

struct lamp {
    struct get : mincoap::method<mincoap::code::get> {
        static mincoap::reply serve(lamp&, const mincoap::request&);
    };
    using methods = mincoap::method_list<get>;
};

constexpr auto site = mincoap::routes(mincoap::at<"lamp">(lamp{}));

void use(const mincoap::request& r) { (void)site(r); }
