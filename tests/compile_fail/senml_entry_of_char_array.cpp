// The length of the text in the buffer is unknown.
#include <mincoap/mincoap.hpp>

char text[16] = "Hello";
const auto entry = mincoap::entry<"greeting">(text);
