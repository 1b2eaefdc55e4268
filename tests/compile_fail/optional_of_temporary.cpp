// The resource would refer to a destroyed object.
#include <mincoap/mincoap.hpp>

const auto answer = mincoap::optional(std::optional{mincoap::text("A")});
