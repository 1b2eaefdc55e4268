// Values as text: variables, and functions for a pin or a register.
//
//     $ coap-client-notls -m put -e 80 coap://127.0.0.1/fan
//     $ coap-client-notls -m get coap://127.0.0.1/fan
//     80
//     $ coap-client-notls -m put -e 101 coap://127.0.0.1/fan
//     4.00
//     $ coap-client-notls -m get coap://127.0.0.1/temperature
//     -7
//     $ coap-client-notls -m put -e 20 coap://127.0.0.1/temperature
//     4.05
//     $ coap-client-notls -m put -e 1 coap://127.0.0.1/door
//     4.09
#include "serve.hpp"

namespace coap = mincoap;

static std::uint8_t fan_percent = 0;
static std::int16_t temperature = -7;
static bool locked = true;
static bool is_open = false;

// `false` refuses the value with 4.00.
static bool set_fan(std::uint8_t percent) {
    if (percent > 100) return false;
    fan_percent = percent;
    return true;
}

// A function may return a code instead.
static coap::code set_door(bool open) {
    if (locked && open) return coap::code::conflict;
    is_open = open;
    return coap::code::changed;
}

constexpr auto site =
    coap::routes(coap::at<"temperature">(coap::value(std::as_const(temperature))).title("Outside, in degrees Celsius"),
                 coap::at<"fan">(coap::value([] { return fan_percent; }, set_fan)).title("Fan, in percent"),
                 coap::at<"door">(coap::value([] { return is_open; }, set_door)), coap::well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
