#include <mincoap/mincoap.hpp>

struct lamp {
    std::optional<int> level;
};
constexpr auto f = mincoap::fields(mincoap::field<1>(&lamp::level));
