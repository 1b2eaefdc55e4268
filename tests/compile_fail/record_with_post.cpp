#include <mincoap/mincoap.hpp>

struct lamp {
    bool on = false;
    std::uint8_t level = 0;
};

constexpr auto f = mincoap::fields(mincoap::field<1>(&lamp::on));
lamp current;
constexpr auto site = mincoap::routes(mincoap::at<"lamp">(mincoap::record<mincoap::code::post>(current, f)));
