// Layers of a server for open networks, the outermost first. The guard challenges an address once, not
// with each block. The others limit replies in a flood, delay answers to groups by a random time, and
// refuse other host names. A client that uses an IP address need not know the names.
//
//     $ coap-client-notls -m get coap://127.0.0.1/hello
//     Hello
//     $ coap-client-notls -m get -O 3,Kitchen.Local coap://127.0.0.1/hello
//     Hello
//     $ coap-client-notls -m get -O 3,other.example coap://127.0.0.1/hello
//     4.04
#include "serve.hpp"

namespace coap = mincoap;

constexpr auto site = coap::routes(coap::at<"hello">(coap::text("Hello")), coap::filtered_well_known_core);

int main(int argc, char** argv) {
    const std::uint32_t seed = coap::posix::random_key()[0];
    return example::serve(
        site, argc, argv,
        example::guard().preemptive(),  // a confirmed client is not challenged again for each block
        coap::flood_limit<20, 100>{},   // replies per second, and at once, to unconfirmed addresses
        coap::leisure<256>{seed},       // the largest response to a group, in bytes; it waits for up to five seconds
        coap::host_names<"kitchen.local", "kitchen.example">{});
}
