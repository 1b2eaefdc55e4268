#include <mincoap/mincoap.hpp>

mincoap::reply make() { return mincoap::created<"a/">(1); }
