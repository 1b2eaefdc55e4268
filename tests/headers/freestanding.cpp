#include <mincoap/mincoap.hpp>
