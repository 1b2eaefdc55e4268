// The server converts the client's name to lower case before it compares. This name would never match.
#include <mincoap/mincoap.hpp>

const mincoap::host_names<"device.example", "Kitchen.local"> names;
