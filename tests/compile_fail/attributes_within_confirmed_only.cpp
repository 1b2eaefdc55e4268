// They would be lost.
#include <mincoap/mincoap.hpp>

bool on = false;
const auto lamp = mincoap::confirmed_only(mincoap::value(on).rt("lamp"));
