// How much of the buffer is text nobody can tell.
#include <mincoap/mincoap.hpp>

char text[16] = "Hello";
const auto entry = mincoap::entry<"greeting">(text);
