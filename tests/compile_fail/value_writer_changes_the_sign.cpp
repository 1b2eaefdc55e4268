#include <mincoap/mincoap.hpp>

void store(unsigned);
const auto level = mincoap::value([] { return -1; }, store);
