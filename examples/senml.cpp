// Measurements as a SenML pack (RFC 8428) in CBOR, read when they are asked for.
//
//     $ coap-client-notls -m get coap://127.0.0.1/sensors
//     82a42166726f6f6d313a006474656d70016343656c0215a20064646f6f7204f4
#include "serve.hpp"

using namespace mincoap;

static std::int16_t temperature = 21;
static bool door = false;
static std::optional<float> humidity;  // there is no sensor plugged in

constexpr auto site = routes(at<"sensors">(senml<"room1:">(entry<"temp", "Cel">(temperature), entry<"door">(door),
                                                           entry<"humid", "%RH">(humidity))),
                             well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
