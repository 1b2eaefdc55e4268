// The float would be converted and sent as "1".
#include <mincoap/mincoap.hpp>

const auto temperature = mincoap::value([] { return 20.5F; });
