#include <mincoap/mincoap.hpp>

const auto pack = mincoap::senml("urn:dev:", mincoap::entry<"door">([] { return true; }));
