// A method that cannot be called.
#include <mincoap/mincoap.hpp>

struct lamp {
    struct get : mincoap::method<mincoap::code::get> {};
    using methods = mincoap::method_list<get>;
};

constexpr auto site = mincoap::routes(mincoap::at<"lamp">(lamp{}));

void use(const mincoap::request& r) { (void)site(r); }
