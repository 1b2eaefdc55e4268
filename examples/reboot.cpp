// An action that would prevent the answer, such as a reboot, waits until the answer has been sent.
//
//     $ coap-client-notls -m get coap://127.0.0.1/reboot
//     0
//     $ coap-client-notls -m post coap://127.0.0.1/reboot
//     $ coap-client-notls -m get coap://127.0.0.1/reboot
//     1
#include <optional>

#include "serve.hpp"

namespace coap = mincoap;

// A client whose answer was lost asks again after two to three seconds (RFC 7252 §4.2). After a reboot,
// the device does not remember the first request, and would reboot once more.
constexpr std::uint32_t pause_ms = 4000;

static std::optional<std::uint32_t> asked_ms;  // when a client asked for a reboot

static coap::reply ask_for_reboot(const coap::request& r) {
    if (!asked_ms) asked_ms = r.now_ms;
    return coap::code::changed;
}

// The difference is correct even if the clock wraps around.
static bool is_reboot_due(std::uint32_t now_ms) { return asked_ms && now_ms - *asked_ms >= pause_ms; }

static void reboot() {
    std::puts("rebooting");  // a device would not come back from here
    std::fflush(stdout);
    asked_ms.reset();
}

constexpr auto site = coap::routes(coap::at<"reboot">(coap::value([] { return asked_ms.has_value(); }),
                                                      coap::confirmed_only(coap::post(ask_for_reboot))));

int main(int argc, char** argv) {
    auto socket = example::open(argc, argv);
    coap::server server{socket, site, example::guard()};
    server.start_message_ids_at(static_cast<std::uint16_t>(coap::posix::random_key()[0]));  // new ones at each start
    const auto reboot_when_due = [&server](std::uint32_t now_ms) {
        const bool is_sent = !server.is_blocked();  // the socket has taken the answer
        if (is_sent && is_reboot_due(now_ms)) reboot();
        return asked_ms ? 100 : coap::forever_ms;  // milliseconds until the next call
    };
    return coap::posix::run(server, socket, coap::posix::stop_source{}, reboot_when_due) ? 1 : 0;
}
