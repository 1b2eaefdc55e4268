// hello.cpp with discovery: /.well-known/core lists its resources.
#include <mincoap/layer/unguarded.hpp>
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
constinit mincoap::server server{socket, site, memory, mincoap::unguarded{}};

}  // namespace

int main() {
    for (;;) server.poll(now_ms);
}
