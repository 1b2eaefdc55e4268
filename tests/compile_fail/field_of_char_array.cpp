#include <mincoap/mincoap.hpp>

struct lamp {
    char name[16];
};
constexpr auto f = mincoap::fields(mincoap::field<1>(&lamp::name));
