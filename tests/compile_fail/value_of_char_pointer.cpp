#include <mincoap/mincoap.hpp>

const char* name = "lamp";
const auto v = mincoap::value(name);
