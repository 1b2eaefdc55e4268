// It would be taken for any.
#include <mincoap/mincoap.hpp>

constexpr auto last = static_cast<mincoap::content_format>(65535);
constexpr auto site =
    mincoap::routes(mincoap::at<"a">(mincoap::get([] { return mincoap::code::valid; }).produces<last>()));

void use(const mincoap::request& r) { (void)site(r); }
