// A function for a method. It takes the request, and returns the reply.
//
//     $ coap-client-notls -m post -e 5 coap://127.0.0.1/sum
//     5
//     $ coap-client-notls -m post -e 37 coap://127.0.0.1/sum
//     42
//     $ coap-client-notls -m post -e many coap://127.0.0.1/sum
//     4.00
//     $ coap-client-notls -m put -e 1 coap://127.0.0.1/sum
//     4.05
#include "serve.hpp"

namespace coap = mincoap;

static std::uint32_t sum = 0;

// The server writes the reply over the request. Therefore a reply owns its data.
static coap::reply add(const coap::request& r) {
    if (r.payload().empty() || r.payload().size() > 4) return coap::code::bad_request;
    std::uint32_t number = 0;
    for (const coap::byte digit : r.payload()) {
        if (digit < '0' || digit > '9') return coap::code::bad_request;
        number = number * 10 + (digit - '0');
    }
    sum += number;
    return {coap::code::changed, coap::content_format::text_plain, coap::text_of(sum)};
}

constexpr auto site =
    coap::routes(coap::at<"sum">(coap::post(add).consumes<coap::content_format::text_plain>()).title("Adds up"),
                 coap::well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
