// guarded.cpp with discovery and a resource that answers later.
#include <mincoap/layer/echo_guard.hpp>
#include <mincoap/layer/separate.hpp>
#include <mincoap/resource/discovery/well_known_core.hpp>
#include <mincoap/resource/methods.hpp>
#include <mincoap/resource/routes.hpp>
#include <mincoap/resource/text.hpp>
#include <mincoap/resource/value.hpp>
#include <mincoap/server/server.hpp>

#include "radio.hpp"

namespace {

bool led = false;

mincoap::ticket waiting;
constexpr auto site = mincoap::routes(
    mincoap::at<"hello">(mincoap::text("Hello CoAP")), mincoap::at<"led">(mincoap::value(led)).title("Status LED"),
    mincoap::at<"slow">(mincoap::get([] { return mincoap::later([](mincoap::ticket t) { waiting = t; }); })),
    mincoap::well_known_core);

radio socket;
mincoap::server_memory<1152> memory;
mincoap::security::key key;
mincoap::separate<4> kept;
constinit mincoap::server server{socket, site, memory, mincoap::echo_guard{key}, kept};

}  // namespace

int main() {
    radio_random(key.data(), sizeof key);
    for (;;) {
        server.poll(now_ms);
        if (led) server.complete(waiting, mincoap::content("on"));
    }
}
