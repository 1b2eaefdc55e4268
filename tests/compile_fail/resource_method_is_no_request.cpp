// 2.05 is the code of a response.
#include <mincoap/mincoap.hpp>

struct lamp {
    struct get : mincoap::method<mincoap::code::content> {
        static mincoap::reply serve(const lamp&, const mincoap::request&);
    };
    using methods = mincoap::method_list<get>;
};

constexpr auto site = mincoap::routes(mincoap::at<"lamp">(lamp{}));

void use(const mincoap::request& r) { (void)site(r); }
