// The first program of the README, on a board: a text, an LED, discovery.
#include "run.hpp"

namespace {

constexpr auto site = mincoap::routes(
    mincoap::at<"hello">(mincoap::text("Hello CoAP")),
    mincoap::at<"led">(mincoap::value(board::led, board::set_led)).title("Status LED"), mincoap::well_known_core);

}  // namespace

void firmware::main() {
    start();
    static mincoap::server server{*socket, site, memory, make_guard()};
    run(server);
}
