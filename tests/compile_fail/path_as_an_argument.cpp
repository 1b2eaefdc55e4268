// A path is known at compile time.
#include <mincoap/mincoap.hpp>

static bool led = false;

constexpr auto site = mincoap::routes(mincoap::at("led", mincoap::value(led)));
