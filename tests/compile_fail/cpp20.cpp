// Compiled as C++20.
#include <mincoap/mincoap.hpp>
