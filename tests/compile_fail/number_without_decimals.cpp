// How many would be sent?
#include <mincoap/mincoap.hpp>

mincoap::reply answer() { return mincoap::content(mincoap::text_of(21.5)); }
