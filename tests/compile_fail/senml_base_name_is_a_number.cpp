#include <mincoap/mincoap.hpp>

const auto pack = mincoap::senml([] { return 7; }, mincoap::entry<"door">([] { return true; }));
