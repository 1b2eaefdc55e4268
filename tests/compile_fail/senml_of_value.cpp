#include <mincoap/mincoap.hpp>

int t = 0;
const auto v = mincoap::senml<"urn:">(mincoap::value(t));
