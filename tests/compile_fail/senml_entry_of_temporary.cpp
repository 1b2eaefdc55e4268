// What it would refer to is gone.
#include <mincoap/mincoap.hpp>

const auto entry = mincoap::entry<"answer">(42);
