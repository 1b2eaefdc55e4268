#include <mincoap/mincoap.hpp>

const auto toggle = mincoap::post([](int) { return mincoap::code::changed; });
