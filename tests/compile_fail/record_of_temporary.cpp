// The resource would refer to a destroyed object.
#include <mincoap/mincoap.hpp>

struct lamp {
    bool on = false;
    std::uint8_t level = 0;
};

constexpr auto f = mincoap::fields(mincoap::field<1>(&lamp::on));
const auto answer = mincoap::record(lamp{}, f);
