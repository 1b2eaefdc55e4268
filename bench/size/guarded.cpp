// hello.cpp on an open network: with a guard, whose key is drawn at random at each start.
#include <mincoap/layer/echo_guard.hpp>
#include <mincoap/resource/routes.hpp>
#include <mincoap/resource/text.hpp>
#include <mincoap/resource/value.hpp>
#include <mincoap/server/server.hpp>

#include "radio.hpp"

namespace {

bool led = false;

constexpr auto site = mincoap::routes(mincoap::at<"hello">(mincoap::text("Hello CoAP")),  //
                                      mincoap::at<"led">(mincoap::value(led)));

radio socket;
mincoap::server_memory<1152> memory;
mincoap::security::key key;
constinit mincoap::server server{socket, site, memory, mincoap::echo_guard{key}};

}  // namespace

int main() {
    radio_random(key.data(), sizeof key);
    for (;;) server.poll(now_ms);
}
