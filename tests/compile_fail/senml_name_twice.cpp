#include <mincoap/mincoap.hpp>

const auto one = mincoap::entry<"door">([] { return true; });
const auto pack = mincoap::senml<"urn:dev:">(one, one);
