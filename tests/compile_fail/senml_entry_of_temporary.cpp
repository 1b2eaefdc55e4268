// The entry would refer to a destroyed object.
#include <mincoap/mincoap.hpp>

const auto entry = mincoap::entry<"answer">(42);
