// Templates that warn only once they are used, next to short global names that a program may have.
#include <mincoap/mincoap.hpp>
#include <mincoap/net/loopback.hpp>
#include <mincoap/net/lossy.hpp>
#include <mincoap/net/pcap.hpp>
#include <mincoap/testing/device.hpp>

static int s = 0;
static int h = 0;

struct lamp {
    bool on = false;
    std::uint8_t level = 0;
    std::uint8_t hue = 0;
};

static lamp current;
constexpr auto lamp_fields = mincoap::fields(mincoap::field<1>(&lamp::on), mincoap::field<2>(&lamp::level),
                                             mincoap::field<"hue">(&lamp::hue).read_only());
constexpr auto site = mincoap::routes(mincoap::at<"lamp">(mincoap::record(current, lamp_fields)),
                                      mincoap::at<"counts/s">(mincoap::value(s)),
                                      mincoap::at<"counts/h">(mincoap::value(h)), mincoap::filtered_well_known_core);

void serve() {
    mincoap::net::loopback socket;
    static mincoap::server_memory<256> memory;
    mincoap::server own{socket, site, mincoap::unguarded{}};
    mincoap::server lent{socket, site, memory, mincoap::unguarded{}};
    own.poll(0);
    lent.poll(0);
}

std::size_t ask() {
    mincoap::net::loopback inner;
    mincoap::net::lossy network{inner, {.lost = 1}, 1};
    mincoap::net::tracer socket{network, [](const mincoap::net::traced& t) { mincoap::net::pcap_head(t, {}); }};
    mincoap::server own{socket, site, mincoap::unguarded{}};
    own.poll(0);
    mincoap::testing::device device{site};
    return device.said({mincoap::code::get, "lamp"}).size();
}
