// Compiled as C++17.
#include <mincoap/server/server.hpp>
