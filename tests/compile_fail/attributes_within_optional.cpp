#include <mincoap/mincoap.hpp>

bool on = false;
std::optional<decltype(mincoap::value(on).rt("lamp"))> plugged_in;
const auto lamp = mincoap::optional(plugged_in);
