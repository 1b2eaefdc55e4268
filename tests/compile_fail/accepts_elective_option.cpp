// A method that does not read an elective option ignores it anyway, so there is no need to accept it.
#include <mincoap/mincoap.hpp>

const auto read = mincoap::get([] { return mincoap::code::valid; }).accepts_option<mincoap::option::observe>();
