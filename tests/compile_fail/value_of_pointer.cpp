#include <mincoap/mincoap.hpp>

int count = 0;
const auto v = mincoap::value(&count);
