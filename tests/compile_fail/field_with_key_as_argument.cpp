#include <mincoap/mincoap.hpp>

struct lamp {
    int level = 0;
};
constexpr auto f = mincoap::fields(mincoap::field(1, &lamp::level));
