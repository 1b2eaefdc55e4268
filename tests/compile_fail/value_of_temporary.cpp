// What it would refer to is gone.
#include <mincoap/mincoap.hpp>

const auto answer = mincoap::value(42);
