// Addresses pass anyway.
#include <mincoap/mincoap.hpp>

const mincoap::host_names<"192.0.2.1"> names;
