#include <mincoap/mincoap.hpp>

float t = 0;
const auto v = mincoap::senml<"urn:">(t);
