// A site is constant; what changes is elsewhere.
#include <mincoap/mincoap.hpp>

const auto count = mincoap::post([calls = 0]() mutable {
    ++calls;
    return mincoap::code::changed;
});
