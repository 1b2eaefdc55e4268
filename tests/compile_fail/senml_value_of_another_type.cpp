#include <mincoap/mincoap.hpp>

const auto entry = mincoap::entry<"door">([] { return mincoap::code::valid; });
