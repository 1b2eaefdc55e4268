// CBOR (RFC 8949) without extra memory: written block by block, and read in place.
//
//     $ coap-client-notls -m put -t 60 -e "%a2%00%18%2a%01%f5" coap://127.0.0.1/alarm
//     $ coap-client-notls -m put -t 60 -e "%a2%00%18%2a%01" coap://127.0.0.1/alarm
//     4.00
//     $ coap-client-notls -m put -t 60 -e "%a1%00%18%65" coap://127.0.0.1/alarm
//     4.22
//     $ coap-client-notls -m get coap://127.0.0.1/alarm
//     a200182a01f5
#include "serve.hpp"

namespace coap = mincoap;

static struct {
    std::uint8_t level = 0;  // percent
    bool armed = false;
} alarm;

static void write(coap::body_writer& body) {
    coap::cbor::writer to{body};
    to.map(2);
    to.unsigned_integer(0), to.unsigned_integer(alarm.level);
    to.unsigned_integer(1), to.boolean(alarm.armed);
}

// A reader that has failed reads zeros, so one check at the end is enough. The alarm changes only
// after that check.
static coap::code read(coap::bytes payload) {
    coap::cbor::reader from{payload};
    auto changed = alarm;
    auto fields = from.map();
    while (from.next(fields)) {
        switch (from.unsigned_integer()) {
            case 0: changed.level = static_cast<std::uint8_t>(from.unsigned_integer(100)); break;
            case 1: changed.armed = from.boolean(); break;
            default: from.refuse();
        }
    }
    switch (from.finish()) {
        case coap::cbor::read_error::malformed: return coap::code::bad_request;
        case coap::cbor::read_error::unexpected: return coap::code::unprocessable_entity;
        default: return alarm = changed, coap::code::changed;
    }
}

static coap::reply take(const coap::request& r) { return read(r.payload()); }

constexpr auto site = coap::routes(coap::at<"alarm">(coap::generated<coap::content_format::cbor>(write),
                                                     coap::put(take).consumes<coap::content_format::cbor>()),
                                   coap::well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
