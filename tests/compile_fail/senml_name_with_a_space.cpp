#include <mincoap/mincoap.hpp>

const auto pack = mincoap::senml<"urn:dev:">(mincoap::entry<"outer door">([] { return true; }));
