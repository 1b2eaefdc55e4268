#include <mincoap/mincoap.hpp>

const auto entry = mincoap::entry<"power", "W">([] { return 1; }).sum([] { return "much"; });
