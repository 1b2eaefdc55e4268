// There is only a view of the text when it is written.
#include <string>

#include <mincoap/mincoap.hpp>

const auto entry = mincoap::entry<"name">([] { return std::string(100, 'x'); });
