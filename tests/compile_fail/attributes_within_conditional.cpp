#include <mincoap/mincoap.hpp>

bool on = false;
const auto lamp = mincoap::conditional([] { return mincoap::etag{"1"}; }, mincoap::value(on).rt("lamp"));
