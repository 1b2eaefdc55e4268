#include <mincoap/mincoap.hpp>

int read();
void write(std::string_view text);
const auto v = mincoap::value(read, write);
