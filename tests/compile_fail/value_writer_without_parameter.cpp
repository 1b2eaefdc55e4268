#include <mincoap/mincoap.hpp>

int read();
void write();
const auto v = mincoap::value(read, write);
