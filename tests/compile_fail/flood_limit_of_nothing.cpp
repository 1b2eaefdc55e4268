// The server would never answer.
#include <mincoap/mincoap.hpp>

const mincoap::flood_limit<20, 0> limit;
