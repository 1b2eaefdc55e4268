// A struct, described once, is a resource in CBOR: as a whole by GET and PUT, by members with FETCH and iPATCH (RFC
// 8132).
//
//     $ coap-client-notls -m get coap://127.0.0.1/settings
//     a301f40218320364686f6d65
//     $ coap-client-notls -m ipatch -t 60 -e "%a1%01%f5" coap://127.0.0.1/settings
//     $ coap-client-notls -m fetch -t 60 -e "%81%01" coap://127.0.0.1/settings
//     a101f5
//     $ coap-client-notls -m ipatch -t 60 -e "%a1%02%18%65" coap://127.0.0.1/settings
//     4.22
//     $ coap-client-notls -m ipatch -t 60 -e "%a1%03%60" coap://127.0.0.1/settings
//     4.09
//     $ coap-client-notls -m put -t 60 -e "%a3%01%f4%02%00%03%61A" coap://127.0.0.1/settings
//     $ coap-client-notls -m get coap://127.0.0.1/settings
//     a301f40200036141
#include "serve.hpp"

namespace coap = mincoap;

struct settings {
    bool on = false;
    std::uint8_t level = 50;
    coap::bounded_text<16> name = "home";
};
constexpr auto settings_fields = coap::fields(coap::field<1>(&settings::on), coap::field<2>(&settings::level).max(100),
                                              coap::field<3>(&settings::name));

static settings current;

// A check beyond types and limits. It runs before any change.
static bool is_possible(const settings& s) { return !s.name.empty(); }

constexpr auto site = coap::routes(
    coap::at<"settings">(coap::record(current, settings_fields, is_possible)).title("Settings"), coap::well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
