// The code for records does not recurse.
#include <mincoap/mincoap.hpp>

struct lamp {
    bool on = false;
    std::uint8_t level = 0;
};

struct room {
    lamp ceiling;
};
constexpr auto f = mincoap::fields(mincoap::field<1>(&room::ceiling));
