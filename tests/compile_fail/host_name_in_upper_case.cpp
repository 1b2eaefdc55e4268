// Names are compared with what a client sends, in lower case: this one would never be met.
#include <mincoap/mincoap.hpp>

const mincoap::host_names<"device.example", "Kitchen.local"> names;
