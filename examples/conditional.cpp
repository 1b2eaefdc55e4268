// A client changes a resource only if its state is as expected: If-Match and If-None-Match
// (RFC 7252 §5.10.8).
//
//     $ coap-client-notls -m put -e 21 coap://127.0.0.1/target
//     $ coap-client-notls -m put -e 22 -O 1,0xdead coap://127.0.0.1/target
//     4.12
//     $ coap-client-notls -m put -e 23 -O 5, coap://127.0.0.1/target
//     4.12
//     $ coap-client-notls -m put -e 24 -O 1, coap://127.0.0.1/target
//     $ coap-client-notls -m get coap://127.0.0.1/target
//     24
#include "serve.hpp"

namespace coap = mincoap;

static std::int16_t target = 20;

// The ETag identifies the state of the resource. Each state has its own.
static coap::etag version() { return coap::etag{std::bit_cast<std::array<coap::byte, 2>>(target)}; }

constexpr auto site =
    coap::routes(coap::at<"target">(coap::conditional(version, coap::value(target))), coap::well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
