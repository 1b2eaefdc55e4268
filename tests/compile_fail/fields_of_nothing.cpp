#include <mincoap/mincoap.hpp>

struct lamp {
    int level = 0;
};
constexpr auto f = mincoap::fields();
