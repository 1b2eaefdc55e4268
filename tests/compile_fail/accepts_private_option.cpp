// Options above 39 share one bit: to accept one would be to accept them all.
#include <mincoap/mincoap.hpp>

constexpr auto vendor = static_cast<mincoap::option>(65);
constexpr auto site = mincoap::routes(mincoap::at<"a">(
    mincoap::get([] { return mincoap::code::valid; }).accepts_option<mincoap::option::uri_query, vendor>()));

void use(const mincoap::request& r) { (void)site(r); }
