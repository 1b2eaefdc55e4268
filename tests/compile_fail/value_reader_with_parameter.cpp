#include <mincoap/mincoap.hpp>

int read(int channel);
const auto v = mincoap::value(read);
