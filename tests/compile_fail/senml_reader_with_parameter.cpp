#include <mincoap/mincoap.hpp>

float read(int channel);
const auto v = mincoap::senml(mincoap::entry<"m">(read));
