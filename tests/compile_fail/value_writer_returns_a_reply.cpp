#include <mincoap/mincoap.hpp>

const auto level = mincoap::value([] { return 1; }, [](int) -> mincoap::reply { return mincoap::code::changed; });
