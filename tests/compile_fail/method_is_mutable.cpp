// A site is constant. State that changes belongs elsewhere.
#include <mincoap/mincoap.hpp>

const auto count = mincoap::post([calls = 0]() mutable {
    ++calls;
    return mincoap::code::changed;
});
