#include <mincoap/mincoap.hpp>

auto site = mincoap::routes(mincoap::dynamic_routes<1>{});
