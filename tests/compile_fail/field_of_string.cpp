#include <string>

#include <mincoap/mincoap.hpp>

struct lamp {
    std::string name;
};
constexpr auto f = mincoap::fields(mincoap::field<1>(&lamp::name));
