#include <mincoap/mincoap.hpp>

int read();
void write(int channel, int value);
const auto v = mincoap::value(read, write);
