// It would be taken for any.
#include <mincoap/mincoap.hpp>

constexpr auto last = static_cast<mincoap::content_format>(65535);
constexpr auto site =
    mincoap::routes(mincoap::at<"a">(mincoap::put([] { return mincoap::code::changed; }).consumes<last>()));

void use(const mincoap::request& r) { (void)site(r); }
