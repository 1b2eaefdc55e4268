#include <mincoap/mincoap.hpp>

const auto pack = mincoap::senml<":dev:">(mincoap::entry<"door">([] { return true; }));
