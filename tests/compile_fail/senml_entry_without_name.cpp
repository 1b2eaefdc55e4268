#include <mincoap/mincoap.hpp>

float t;
const auto v = mincoap::senml(mincoap::entry(t));
