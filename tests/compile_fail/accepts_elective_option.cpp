// What is elective is ignored by all who do not look at it.
#include <mincoap/mincoap.hpp>

const auto read = mincoap::get([] { return mincoap::code::valid; }).accepts_option<mincoap::option::observe>();
