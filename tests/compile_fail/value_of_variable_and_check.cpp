#include <mincoap/mincoap.hpp>

int count = 0;
bool is_allowed(int value);
const auto v = mincoap::value(count, is_allowed);
