// The number would count as any format, also in a user's own resource.
#include <mincoap/mincoap.hpp>

struct sink {
    struct put : mincoap::method<mincoap::code::put> {
        static constexpr mincoap::format_option consumes = static_cast<mincoap::content_format>(65535);
        static mincoap::reply serve(const sink&, const mincoap::request&) { return mincoap::code::changed; }
    };
    using methods = mincoap::method_list<put>;
};

constexpr auto site = mincoap::routes(mincoap::at<"a">(sink{}));

void use(const mincoap::request& r) { site(r); }
