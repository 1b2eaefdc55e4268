// One resource in several formats: Accept chooses the format to read, Content-Format the one to write.
//
//     $ coap-client-notls -m get coap://127.0.0.1/temperature
//     21
//     $ coap-client-notls -m get -A 60 coap://127.0.0.1/temperature
//     15
//     $ coap-client-notls -m get -A 50 coap://127.0.0.1/temperature
//     4.06 0 60
//     $ coap-client-notls -m put -t 60 -e "%18%1a" coap://127.0.0.1/temperature
//     $ coap-client-notls -m get coap://127.0.0.1/temperature
//     26
#include "serve.hpp"

namespace coap = mincoap;

static std::int16_t temperature = 21;

static void write_cbor(coap::body_writer& to) { coap::cbor::writer{to}.integer(temperature); }

static coap::reply read_cbor(const coap::request& r) {
    coap::cbor::reader from{r.payload()};
    const std::int64_t given = from.integer(-50, 100);
    if (from.finish() != coap::cbor::read_error::none) return coap::code::bad_request;
    temperature = static_cast<std::int16_t>(given);
    return coap::code::changed;
}

constexpr auto site =
    coap::routes(coap::at<"temperature">(coap::negotiated(coap::value(temperature),
                                                          coap::generated<coap::content_format::cbor>(write_cbor),
                                                          coap::put(read_cbor).consumes<coap::content_format::cbor>())),
                 coap::well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
