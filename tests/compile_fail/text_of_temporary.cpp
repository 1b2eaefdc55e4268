// A text outlives the site.
#include <string>

#include <mincoap/mincoap.hpp>

const auto greeting = mincoap::text(std::string{"Hello"});
