#include <mincoap/mincoap.hpp>

struct lamp {
    bool on = false;
    std::uint8_t level = 0;
};
constexpr auto lamp_fields = mincoap::fields(mincoap::field<1>(&lamp::on), mincoap::field<2>(&lamp::level));
lamp current;

lamp read();
bool write(const lamp&);
const auto v = mincoap::record(read, lamp_fields, write);
