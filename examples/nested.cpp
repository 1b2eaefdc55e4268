// Sites within sites, a resource that may be absent, and a handler that checks requests itself.
//
//     $ coap-client-notls -m get coap://127.0.0.1/rooms/kitchen/light
//     0
//     $ coap-client-notls -m get coap://127.0.0.1/sensor
//     4.04
//     $ coap-client-notls -m put -e 1 coap://127.0.0.1/plugged-in
//     $ coap-client-notls -m get coap://127.0.0.1/sensor
//     1013
//     $ coap-client-notls -m get coap://127.0.0.1/echo/a/b
//     2 segments
#include <optional>

#include "serve.hpp"

namespace coap = mincoap;

static bool light = false;
static std::uint16_t pressure = 1013;

// A site is a resource, too.
constexpr auto kitchen =
    coap::routes(coap::at<"light">(coap::value(light)), coap::at<"name">(coap::text("The kitchen")));

// A resource that comes and goes.
using sensor_resource = decltype(coap::value(std::as_const(pressure)));
static std::optional<sensor_resource> sensor;
static void plug_in(bool is_in) {
    if (is_in) sensor.emplace(coap::value(std::as_const(pressure)));
    else sensor.reset();
}

// The site passes every request to this handler. It must answer 4.02 to critical options that it does
// not know.
static coap::reply count_segments(const coap::request& r) {
    if ((r.critical_options & ~coap::accepted_by_server) != 0) return coap::code::bad_option;
    if (r.method() != coap::code::get) return coap::code::method_not_allowed;
    int count = 0;
    for ([[maybe_unused]] const coap::message::option_view segment : r.segments()) ++count;
    return coap::content(coap::text_of(count).add(" segments"));
}

constexpr auto site = coap::routes(coap::below<"rooms/kitchen">(kitchen), coap::at<"sensor">(coap::optional(sensor)),
                                   coap::at<"plugged-in">(coap::value([] { return sensor.has_value(); }, plug_in)),
                                   coap::below<"echo">(coap::forward(count_segments)), coap::well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
