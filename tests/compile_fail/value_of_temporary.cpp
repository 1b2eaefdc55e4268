// The resource would refer to a destroyed object.
#include <mincoap/mincoap.hpp>

const auto answer = mincoap::value(42);
