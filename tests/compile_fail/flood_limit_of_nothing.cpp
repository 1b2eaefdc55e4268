// A server that answers nobody.
#include <mincoap/mincoap.hpp>

const mincoap::flood_limit<20, 0> limit;
