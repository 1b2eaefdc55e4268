#include <string>

#include <mincoap/mincoap.hpp>

std::string name;
const auto text = mincoap::value(name);
