#include <mincoap/mincoap.hpp>

constexpr auto one = [] { return 1; };
const auto entry = mincoap::entry<"power", "W">(one).sum(one).sum(one);
