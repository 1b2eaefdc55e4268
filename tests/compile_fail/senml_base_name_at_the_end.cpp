#include <mincoap/mincoap.hpp>

std::string_view read();
float t = 0;
const auto v = mincoap::senml(mincoap::entry<"m">(t), read);
