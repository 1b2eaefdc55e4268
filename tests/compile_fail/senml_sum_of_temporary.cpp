#include <mincoap/mincoap.hpp>

float t = 0;
const auto v = mincoap::senml(mincoap::entry<"m">(t).sum(0.0));
