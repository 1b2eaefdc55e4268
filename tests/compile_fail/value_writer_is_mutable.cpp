#include <mincoap/mincoap.hpp>

int read();
const auto v = mincoap::value(read, [last = 0](int value) mutable { last = value; });
