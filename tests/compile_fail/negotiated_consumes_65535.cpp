// It would be taken for any.
#include <mincoap/mincoap.hpp>

struct sink {
    struct put : mincoap::method<mincoap::code::put> {
        static constexpr mincoap::format_option consumes{0xffff};
        static mincoap::reply serve(const sink&, const mincoap::request&) { return mincoap::code::changed; }
    };
    using methods = mincoap::method_list<put>;
};
constexpr auto site = mincoap::routes(mincoap::at<"a">(mincoap::negotiated(sink{})));
