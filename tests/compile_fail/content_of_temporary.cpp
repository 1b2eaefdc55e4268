// The reply is rendered when the handler has returned.
#include <string>

#include <mincoap/mincoap.hpp>

mincoap::reply answer(int number) { return mincoap::content(std::to_string(number)); }
