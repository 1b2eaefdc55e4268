// One of them is enough.
#include <mincoap/mincoap.hpp>

constexpr auto json = mincoap::document<mincoap::content_format::json>("{}");
const auto both = mincoap::negotiated(json, mincoap::text("a").title("A"));
