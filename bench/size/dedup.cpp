// guarded.cpp with discovery and deduplication.
#include <mincoap/layer/deduplicate.hpp>
#include <mincoap/layer/echo_guard.hpp>
#include <mincoap/resource/discovery/well_known_core.hpp>
#include <mincoap/resource/routes.hpp>
#include <mincoap/resource/text.hpp>
#include <mincoap/resource/value.hpp>
#include <mincoap/server/server.hpp>

#include "radio.hpp"

namespace {

bool led = false;

constexpr auto site =
    mincoap::routes(mincoap::at<"hello">(mincoap::text("Hello CoAP")),
                    mincoap::at<"led">(mincoap::value(led)).title("Status LED"), mincoap::well_known_core);

radio socket;
mincoap::server_memory<1152> memory;
mincoap::security::key key;
mincoap::deduplicate<4, 32> repeated;
constinit mincoap::server server{socket, site, memory, mincoap::echo_guard{key}, repeated};

}  // namespace

int main() {
    radio_random(key.data(), sizeof key);
    for (;;) server.poll(now_ms);
}
