#include <mincoap/mincoap.hpp>

enum class color { red, green };
const color shade = color::green;
const auto lamp = mincoap::value(shade);
