// The LED of hello.cpp, for one client that has keys (OSCORE, RFC 8613).
#include <mincoap/bearssl/crypto.hpp>

#include "keys.hpp"
#include "run.hpp"
#include "stack.hpp"

namespace {

using namespace mincoap;
using cipher = bearssl::FIRMWARE_CIPHER;

constinit security::oscore::kept_contexts<1> peers;
constinit deduplicate<4, 48> repeated;
constinit observers<4> observing;

std::uint32_t uptime_s() { return board::now_ms() / 1000; }
std::uint32_t stack_high_water() { return static_cast<std::uint32_t>(firmware::stack_high_water()); }

constexpr auto site =
    routes(at<"hello">(text("Hello CoAP")),  // for everybody
           at<"led">(protected_only(value(board::led, board::set_led))).title("Status LED").observable().osc(),
           at<"uptime">(protected_only(value(uptime_s))).title("Uptime, s").observable().osc(),
           at<"stack">(value(stack_high_water)).title("Stack high-water, bytes"), well_known_core);

}  // namespace

void firmware::main() {
    start();
    static mincoap::server server{
        *socket, site, memory, make_guard(), repeated, oscore{peers, cipher{}, firmware::numbers}, observing};
    provision_secret();
    if (!load_secret<cipher>(peers, key)) board::print("no keys: protected requests are refused\n");
    std::uint32_t uptime = 0;
    run(server, [&] {
        if (uptime_s() == uptime) return;
        uptime = uptime_s();
        server.changed<"uptime">();
    });
}
