#include <mincoap/mincoap.hpp>

mincoap::reply any();
const auto described = mincoap::negotiated(mincoap::get(any)).ct();
