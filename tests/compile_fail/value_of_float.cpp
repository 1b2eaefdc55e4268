#include <mincoap/mincoap.hpp>

float degrees = 20.5F;
const auto temperature = mincoap::value(degrees);
