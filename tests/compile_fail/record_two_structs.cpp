#include <mincoap/mincoap.hpp>

struct lamp {
    bool on = false;
    std::uint8_t level = 0;
};

struct door {
    bool open = false;
};
constexpr auto f = mincoap::fields(mincoap::field<1>(&lamp::on), mincoap::field<2>(&door::open));
