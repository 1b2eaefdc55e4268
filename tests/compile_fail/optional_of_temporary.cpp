// What it would refer to is gone.
#include <mincoap/mincoap.hpp>

const auto answer = mincoap::optional(std::optional{mincoap::text("A")});
