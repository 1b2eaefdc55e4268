// Which of the two would it be?
#include <mincoap/mincoap.hpp>

struct lamp {
    bool on = false;
    std::uint8_t level = 0;
};

constexpr auto f = mincoap::fields(mincoap::field<1>(&lamp::on), mincoap::field<1>(&lamp::level));
