// A function for a method. It is given the request, and returns the reply.
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

using namespace mincoap;

static std::uint32_t sum = 0;

// The request stands where the reply will be written, so that a reply is a value that owns what it says.
static reply add(const request& r) {
    if (r.payload().empty() || r.payload().size() > 4) return code::bad_request;
    std::uint32_t number = 0;
    for (const byte digit : r.payload()) {
        if (digit < '0' || digit > '9') return code::bad_request;
        number = number * 10 + (digit - '0');
    }
    sum += number;
    return {code::changed, content_format::text_plain, text_of(sum)};
}

constexpr auto site =
    routes(at<"sum">(post(add).consumes<content_format::text_plain>().title("Adds up")), well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
