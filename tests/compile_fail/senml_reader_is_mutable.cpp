#include <mincoap/mincoap.hpp>

const auto v = mincoap::senml(mincoap::entry<"m">([n = 0]() mutable { return ++n; }));
