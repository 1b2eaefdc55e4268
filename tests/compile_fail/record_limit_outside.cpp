// It would never hold, or always.
#include <mincoap/mincoap.hpp>

struct lamp {
    bool on = false;
    std::uint8_t level = 0;
};

constexpr auto f = mincoap::fields(mincoap::field<1>(&lamp::level).max(256));
