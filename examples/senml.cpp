// Measurements as a SenML pack (RFC 8428) in CBOR. The server reads them when a client asks.
//
//     $ coap-client-notls -m get coap://127.0.0.1/sensors
//     82a42166726f6f6d313a006474656d70016343656c0215a20064646f6f7204f4
#include "serve.hpp"

namespace coap = mincoap;

static std::int16_t temperature = 21;
static bool door = false;
static std::optional<float> humidity;  // empty: no sensor is plugged in

constexpr auto site = coap::routes(
    coap::at<"sensors">(coap::senml<"room1:">(coap::entry<"temp", "Cel">(temperature), coap::entry<"door">(door),
                                              coap::entry<"humid", "%RH">(humidity))),
    coap::well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
