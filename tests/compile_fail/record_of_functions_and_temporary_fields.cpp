#include <mincoap/mincoap.hpp>

struct lamp {
    bool on = false;
    std::uint8_t level = 0;
};

lamp current;
const auto answer =
    mincoap::record([] { return current; }, [](const lamp&) {}, mincoap::fields(mincoap::field<1>(&lamp::on)));
