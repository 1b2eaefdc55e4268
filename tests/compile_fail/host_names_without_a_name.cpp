// No client could name the server.
#include <mincoap/mincoap.hpp>

const mincoap::host_names<> names;
