// A request for JSON would get another format, and then 4.06.
#include <mincoap/mincoap.hpp>

mincoap::reply any();
constexpr auto json = mincoap::document<mincoap::content_format::json>("{}");
constexpr auto site = mincoap::routes(mincoap::at<"a">(mincoap::negotiated(mincoap::get(any), json)));
