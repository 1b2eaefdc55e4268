// Neither the base nor the entry has one.
#include <mincoap/mincoap.hpp>

const auto pack = mincoap::senml(mincoap::entry<"">([] { return true; }));
