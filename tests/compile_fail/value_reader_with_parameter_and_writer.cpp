#include <mincoap/mincoap.hpp>

int read(int channel);
void write(int value);
const auto v = mincoap::value(read, write);
