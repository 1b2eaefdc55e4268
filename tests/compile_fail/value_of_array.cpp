#include <mincoap/mincoap.hpp>

int counts[3];
const auto v = mincoap::value(counts);
