// The bit of option 65 is that of every other one above 39.
#include <mincoap/mincoap.hpp>

struct sink {
    struct put : mincoap::method<mincoap::code::put> {
        static constexpr mincoap::option_set accepted_options = mincoap::set_of(static_cast<mincoap::option>(65));
        static mincoap::reply serve(const sink&, const mincoap::request&) { return mincoap::code::changed; }
    };
    using methods = mincoap::method_list<put>;
};

constexpr auto site = mincoap::routes(mincoap::at<"a">(sink{}));

void use(const mincoap::request& r) { site(r); }
