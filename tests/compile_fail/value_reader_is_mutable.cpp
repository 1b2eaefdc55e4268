#include <mincoap/mincoap.hpp>

const auto v = mincoap::value([count = 0]() mutable { return ++count; });
